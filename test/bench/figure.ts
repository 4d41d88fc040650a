// What a benchmark is: a name to select it by, and rows of figures.

import type { TestServer } from '../support/server.ts';

export interface Bench {
  /** The least code that could do the job, on a workerd of its own; started when first asked for. */
  floor(): Promise<TestServer>;
  /** Kubewisp with its cluster `default`; started when first asked for. */
  kubewisp(): Promise<TestServer>;
  /** A fresh process of either, for figures that another one's traces would spoil. The caller stops it. */
  freshFloor(): Promise<TestServer>;
  freshKubewisp(options?: { readonly nodes?: number }): Promise<TestServer>;
}

export interface Row {
  readonly label: string;
  readonly value: number;
  readonly unit: string;
  /** The same on the floor, and the share of it that `value` is. */
  readonly floor?: { readonly value: number; readonly share: number };
  /** Another time of the same server to see the value beside; what is wanted is said of the value. */
  readonly beside?: { readonly label: string; readonly value: number };
  /** What is wanted of the share, or of the value where there is no floor. */
  readonly want?: { readonly atLeast?: number; readonly atMost?: number };
  /** What a real kube-apiserver and etcd did on two such cores, as text. */
  readonly upstream?: string;
}

export interface Figure {
  readonly name: string;
  run(bench: Bench): Promise<readonly Row[]>;
}

/** Undefined where nothing is wanted. */
export function isMet({ value, floor, want }: Row): boolean | undefined {
  if (want === undefined) return undefined;
  const measured = floor?.share ?? value;
  return measured >= (want.atLeast ?? -Infinity) && measured <= (want.atMost ?? Infinity);
}

export function rowText(row: Row): string {
  const { label, value, unit, floor, beside, want, upstream } = row;
  const parts = [label.padEnd(44), `${round(value)} ${unit}`.padStart(14)];
  parts.push(floor === undefined ? ''.padEnd(18) : `${floor.share.toFixed(2)} of ${round(floor.value)}`.padEnd(18));
  if (want?.atLeast !== undefined) parts.push(`≥ ${want.atLeast}`.padEnd(8));
  else if (want?.atMost !== undefined) parts.push(`≤ ${want.atMost}`.padEnd(8));
  else parts.push(''.padEnd(8));
  parts.push({ true: 'met', false: 'MISSED', undefined: '' }[String(isMet(row)) as 'true'].padEnd(7));
  if (beside !== undefined)
    parts.push(`${(value / beside.value).toFixed(2)} × ${beside.label} (${round(beside.value)} ${unit})`);
  if (upstream !== undefined) parts.push(`upstream ${upstream}`);
  return parts.join('  ').trimEnd();
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
