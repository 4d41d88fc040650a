// What nodes outside have measured and reported: kept in memory, since it is worth nothing a minute later, and bounded.
//
// 1. A newer report of a node replaces all that it reported before.
// 2. What is older than MAX_AGE_MS is not known any more: of a node that falls silent there are no metrics.

import type { Measurement, Measurements } from '../api/metrics/v1beta1/measurement.ts';
import type { NodeUsage } from '../api/report.ts';

/** Four windows of metrics-server, after which it too has nothing to tell. */
const MAX_AGE_MS = 60_000;
/** As many nodes as a report may name. */
const MAX_NODES = 1000;

export class ReportedUsage implements Measurements {
  readonly #nodes = new Map<string, Measurement>();

  take(node: string, usage: NodeUsage, now: number): void {
    this.#nodes.delete(node);
    this.#nodes.set(node, { at: now, usage });
    if (this.#nodes.size <= MAX_NODES) return;
    const [oldest] = this.#nodes.keys();
    if (oldest !== undefined) this.#nodes.delete(oldest);
  }

  of(node: string, now: number): Measurement | undefined {
    const found = this.#nodes.get(node);
    return found !== undefined && now - found.at <= MAX_AGE_MS ? found : undefined;
  }
}
