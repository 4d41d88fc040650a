// Node heartbeats: Leases in kube-node-lease are renewed in memory, so that a healthy node costs at most one row
// in five minutes, while its Lease reads fresh.
//
// 1. A Lease reads with the newest renewal that is known, durable or not.
// 2. A standing node (its pool has promised its heartbeat until it says otherwise) reads as renewed now.
// 3. After a cold start a Lease that was being renewed reads no older than the start: no node is taken for dead
//    because the cluster slept.
//
// Models kubernetes pkg/kubelet/… node leases and pkg/controller/nodelifecycle.

import type { Clock } from '../lib/clock.ts';
import { formatMicroTime } from '../lib/clock.ts';
import { deepEqual } from '../lib/json.ts';
import { sameButForTimes } from './managed-fields/keep-times.ts';
import type { Lease } from '../api/types/coordination-v1.ts';

export const NODE_LEASE_NAMESPACE = 'kube-node-lease';
export const STANDING_ANNOTATION = 'kubewisp.dev/standing';

/** How often a renewal alone becomes an event of the log. */
const DURABLE_PERIOD_MS = 5 * 60_000;

export class Heartbeats {
  readonly #clock: Clock;
  readonly #started: number;
  /** Milliseconds of the last renewal, by node. */
  readonly #renewed = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#started = clock.now();
  }

  renew(node: string, at: number): void {
    this.#renewed.set(node, Math.max(at, this.#renewed.get(node) ?? 0));
  }

  forget(node: string): void {
    this.#renewed.delete(node);
  }

  /** Whether this renewal must become durable, given the Lease as the log has it. */
  isDue(durable: Lease): boolean {
    return this.#clock.now() - Date.parse(durable.spec?.renewTime ?? '') >= DURABLE_PERIOD_MS;
  }

  /**
   * Takes a renewal that changes nothing else and is not due to become durable. True: it is done, and nothing is to
   * be written. `durable` is the Lease as the log has it.
   */
  absorb(next: Lease, durable: Lease): boolean {
    const at = Date.parse(next.spec?.renewTime ?? '');
    if (Number.isNaN(at) || this.isDue(durable)) return false;
    const { renewTime } = durable.spec ?? {};
    if (renewTime === undefined) return false;
    // A renewal has its manager's time too.
    const { managedFields } = durable.metadata;
    if (!sameButForTimes(next.metadata.managedFields, managedFields)) return false;
    const metadata = { ...next.metadata, ...(managedFields === undefined ? {} : { managedFields }) };
    if (!deepEqual({ ...next, metadata, spec: { ...next.spec, renewTime } }, durable)) return false;
    this.renew(next.metadata.name, at);
    return true;
  }

  /** The Lease as it reads now. The log's object is left alone. */
  overlay(lease: Lease): Lease {
    const standing = lease.metadata.annotations?.[STANDING_ANNOTATION] === 'true';
    const durable = Date.parse(lease.spec?.renewTime ?? '');
    if (Number.isNaN(durable)) return lease;
    const renewed = this.#renewed.get(lease.metadata.name) ?? 0;
    const now = this.#clock.now();
    const fresh = standing ? now : Math.max(durable, renewed, this.#wasBeingRenewed(durable) ? this.#started : 0);
    if (fresh <= durable) return lease;
    return { ...lease, spec: { ...lease.spec, renewTime: formatMicroTime(fresh) } };
  }

  /** True for a Lease whose last durable renewal is recent enough for its node to have been alive at the start. */
  #wasBeingRenewed(durable: number): boolean {
    return this.#started - durable < 2 * DURABLE_PERIOD_MS;
  }
}
