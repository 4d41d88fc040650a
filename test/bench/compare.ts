import type { Bench, Row } from './figure.ts';
import type { Call, Target } from './load.ts';
import { Client, median, run, targetOf } from './load.ts';

const ROUNDS = 5;

export interface RateComparison {
  readonly label: string;
  readonly connections: number;
  /** Over all rounds. */
  readonly requests: number;
  /** What is measured beside the floor's work, or beside another call of Kubewisp's own. */
  readonly beside?: 'floor' | 'kubewisp';
  /** `index` counts through all rounds. */
  floorCall(index: number): Call;
  call(index: number): Call;
  readonly want: Row['want'];
  readonly upstream?: string;
}

/** Requests per second of Kubewisp and of what stands beside it, in turns; medians of the rounds, the share taken round by round. */
export async function compareRates(bench: Bench, comparison: RateComparison): Promise<Row> {
  const { label, connections, requests, want, upstream } = comparison;
  const perRound = Math.ceil(requests / ROUNDS);
  const beside = comparison.beside === 'kubewisp' ? bench.kubewisp() : bench.floor();
  const floor = new Client(targetOf(await beside), connections);
  const kubewisp = new Client(targetOf(await bench.kubewisp()), connections);
  const floorRates: number[] = [];
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const first = round * perRound;
    floorRates.push((await run(floor, perRound, (index) => comparison.floorCall(first + index))).rate);
    rates.push((await run(kubewisp, perRound, (index) => comparison.call(first + index))).rate);
  }
  floor.close();
  kubewisp.close();
  return {
    label,
    value: median(rates),
    unit: '/s',
    floor: { value: median(floorRates), share: median(rates.map((rate, round) => rate / (floorRates[round] ?? 0))) },
    ...(want === undefined ? {} : { want }),
    ...(upstream === undefined ? {} : { upstream }),
  };
}

/** Makes a namespace and waits until its default service account is there, so that its making disturbs no figure. */
export async function makeNamespace(target: Target, name: string): Promise<void> {
  const client = new Client(target, 1);
  await client.must({
    method: 'POST',
    path: '/api/v1/namespaces',
    body: JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
  });
  for (let tries = 0; tries < 100; tries++) {
    if ((await client.send({ path: `/api/v1/namespaces/${name}/serviceaccounts/default` })).status === 200) break;
  }
  client.close();
}

/** A ConfigMap of about 400 bytes, as text. */
export function configMap(namespace: string, name: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, labels: { app: 'bench' } },
    data: { a: 'x'.repeat(200), b: 'y'.repeat(56) },
  });
}
