// The writes of one reconcile. After the first refusal it writes nothing more, so that the steps of a rollout read as a
// plain sequence; the reconcile ends with `failure`.

import type { Client } from '../../api/client.ts';
import type { Result } from '../../api/status.ts';
import type { Deployment, ReplicaSet } from '../../api/types/apps-v1.ts';
import { deepEqual } from '../../lib/json.ts';

export class Writer {
  readonly client: Client;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The Deployment as it was last written. */
  deployment: Deployment;
  failure: string | undefined;

  constructor(client: Client, deployment: Deployment, now: number) {
    this.client = client;
    this.deployment = deployment;
    this.now = now;
  }

  /** Status and annotations: a Deployment's status subresource takes both. */
  writeStatus(next: Deployment): void {
    if (this.failure !== undefined || deepEqual(next, this.deployment)) return;
    const written = this.client.updateStatus('deployments.apps', next);
    if (written.ok) this.deployment = written.value;
    else this.refused(written);
  }

  /** The ReplicaSet as it is after the write. */
  update(next: ReplicaSet): ReplicaSet {
    if (this.failure !== undefined) return next;
    const written = this.client.update('replicasets.apps', next);
    if (written.ok) return written.value;
    this.refused(written);
    return next;
  }

  delete({ metadata: { namespace = '', name, uid } }: ReplicaSet): void {
    if (this.failure !== undefined) return;
    const options = { propagationPolicy: 'Background', preconditions: { uid } } as const;
    const deleted = this.client.delete('replicasets.apps', namespace, name, options);
    if (!deleted.ok && deleted.status.reason !== 'NotFound') this.refused(deleted);
  }

  refused(result: Result<unknown> & { ok: false }): void {
    this.failure ??= result.status.message ?? result.status.reason ?? 'refused';
  }

  event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.client.event({ regarding: this.deployment, type, reason, message });
  }
}
