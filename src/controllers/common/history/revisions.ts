// ControllerRevisions: one for each template that a DaemonSet or a StatefulSet has had, which `kubectl rollout undo` goes back
// to. Models kubernetes pkg/controller/history/controller_history.go.

import type { Client } from '../../../api/client.ts';
import type { Status } from '../../../api/status.ts';
import type { ControllerRevision } from '../../../api/types/apps-v1.ts';
import type { PodTemplateSpec } from '../../../api/types/core-v1.ts';
import { clone } from '../../../lib/json.ts';

export const REVISIONS = 'controllerrevisions.apps';

/** What a revision holds: a strategic merge patch that brings the template back. */
export function templatePatch(template: PodTemplateSpec | undefined): Record<string, unknown> {
  return { spec: { template: { ...clone(template ?? {}), $patch: 'replace' } } };
}

/** The number of the next revision. */
export function nextNumber(revisions: readonly ControllerRevision[]): number {
  return Math.max(0, ...revisions.map(({ revision }) => revision)) + 1;
}

/** Makes a revision the newest one. Answers why it could not be done; that it is gone is no failure. */
export function renumber(client: Client, revision: ControllerRevision, number: number): string | undefined {
  if (revision.revision >= number) return undefined;
  const { namespace = '', name } = revision.metadata;
  const now = client.get(REVISIONS, namespace, name) ?? revision;
  return failureOf(client.update(REVISIONS, { ...now, revision: number }));
}

export function removeRevision(client: Client, { metadata }: ControllerRevision): string | undefined {
  const { namespace = '', name, uid } = metadata;
  return failureOf(client.delete(REVISIONS, namespace, name, { preconditions: { uid } }));
}

/** Why a write failed. That its object is gone is no failure. */
export function failureOf(result: { ok: true } | { ok: false; status: Status }): string | undefined {
  return result.ok || result.status.reason === 'NotFound' ? undefined : textOf(result.status);
}

export function textOf({ message, reason }: Status): string {
  return message ?? reason ?? 'refused';
}
