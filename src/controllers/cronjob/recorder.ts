// What one reconcile of a CronJob changes in its status, and the events it records.
// Models kubernetes pkg/controller/cronjob/cronjob_controllerv2.go.

import type { Client } from '../../api/client.ts';
import type { CronJob, CronJobStatus, Job } from '../../api/types/batch-v1.ts';
import type { ObjectReference } from '../../api/types/core-v1.ts';

export class Recorder {
  readonly client: Client;
  /** Its status is written into; the rest is as it was read. */
  readonly cronJob: CronJob;
  /** Whether the status is to be written. */
  changed = false;

  constructor(client: Client, cronJob: CronJob) {
    this.client = client;
    this.cronJob = cronJob;
  }

  get active(): readonly ObjectReference[] {
    return this.cronJob.status?.active ?? [];
  }

  isActive(uid: string): boolean {
    return this.active.some((job) => job.uid === uid);
  }

  dropActive(uid: string): void {
    const left = this.active.filter((job) => job.uid !== uid);
    if (left.length > 0) this.#status.active = left;
    else delete this.#status.active;
    this.changed = true;
  }

  /** The last success is the latest, whichever Job is looked at last. */
  succeededAt(time: string | undefined): void {
    const before = this.cronJob.status?.lastSuccessfulTime;
    if (time === undefined || (before !== undefined && Date.parse(time) <= Date.parse(before))) return;
    this.#status.lastSuccessfulTime = time;
    this.changed = true;
  }

  started(job: ObjectReference, time: string): void {
    this.#status.active = [...this.active, job];
    this.#status.lastScheduleTime = time;
    this.changed = true;
  }

  /** With its pods. Answers whether it is gone. */
  deleteJob({ metadata }: Job): boolean {
    const { name, namespace = '', uid } = metadata;
    const deleted = this.client.delete('jobs.batch', namespace, name, { propagationPolicy: 'Background' });
    if (!deleted.ok) {
      this.event('Warning', 'FailedDelete', `Deleted job: ${deleted.status.message ?? ''}`);
      return false;
    }
    this.dropActive(uid);
    this.event('Normal', 'SuccessfulDelete', `Deleted job ${name}`);
    return true;
  }

  event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.client.event({ regarding: this.cronJob, type, reason, message });
  }

  get #status(): CronJobStatus {
    return (this.cronJob.status ??= {});
  }
}
