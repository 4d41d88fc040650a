// A pod as its owner's template describes it.
// Models kubernetes pkg/controller/controller_utils.go GetPodFromTemplate.

import type { Draft, KubeObject } from '../../api/object.ts';
import type { Pod, PodTemplateSpec } from '../../api/types/core-v1.ts';
import { clone } from '../../lib/json.ts';
import { controllerReference } from './owners.ts';

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
