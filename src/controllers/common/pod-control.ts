// Pods as their owners make and delete them, with the Events that tell of it.
// Models kubernetes pkg/controller/controller_utils.go (GetPodFromTemplate, RealPodControl).

import type { Client } from '../../api/client.ts';
import type { Draft, KubeObject } from '../../api/object.ts';
import type { Status } from '../../api/status.ts';
import type { Pod, PodTemplateSpec } from '../../api/types/core-v1.ts';
import { clone } from '../../lib/json.ts';
import { isNamespaceTerminating } from './failures.ts';
import { controllerReference } from './owners.ts';
import type { PodOutline } from './pod-outline.ts';

/** Its name is made from the owner's; the owner controls it. The draft shares nothing with the template. */
export function podFromTemplate(owner: KubeObject, template: PodTemplateSpec | undefined): Draft<Pod> {
  const { metadata, spec } = template ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(owner.metadata.namespace === undefined ? {} : { namespace: owner.metadata.namespace }),
      generateName: `${owner.metadata.name}-`,
      ...(metadata?.labels === undefined ? {} : { labels: clone(metadata.labels) }),
      ...(metadata?.annotations === undefined ? {} : { annotations: clone(metadata.annotations) }),
      ...(metadata?.finalizers === undefined ? {} : { finalizers: [...metadata.finalizers] }),
      ownerReferences: [controllerReference(owner)],
    },
    ...(spec === undefined ? {} : { spec: clone(spec) }),
  };
}

/** Answers why it could not be made, if so. That the namespace ends (`isNamespaceTerminating`) is no news: no Event tells of it. */
export function createPod(client: Client, owner: KubeObject, draft: Draft<Pod>): Status | undefined {
  const created = client.create('pods', draft);
  if (created.ok) {
    const message = `Created pod: ${created.value.metadata.name}`;
    client.event({ regarding: owner, type: 'Normal', reason: 'SuccessfulCreate', message });
    return undefined;
  }
  const { status } = created;
  if (!isNamespaceTerminating(status)) {
    const message = `Error creating: ${status.message ?? ''}`;
    client.event({ regarding: owner, type: 'Warning', reason: 'FailedCreate', message });
  }
  return status;
}

/** Answers why it could not be deleted, if so. One that is gone already is no failure. */
export function deletePod(client: Client, owner: KubeObject, { metadata }: PodOutline): Status | undefined {
  const { name, namespace = '', uid } = metadata;
  const deleted = client.delete('pods', namespace, name, { preconditions: { uid } });
  if (deleted.ok) {
    client.event({ regarding: owner, type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${name}` });
    return undefined;
  }
  const { status } = deleted;
  if (status.reason === 'NotFound') return undefined;
  const message = `Error deleting: ${status.message ?? ''}`;
  client.event({ regarding: owner, type: 'Warning', reason: 'FailedDelete', message });
  return status;
}
