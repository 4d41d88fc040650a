// Replays the recorded controller scenarios, each in a cluster of its own on one server, several at a time.

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Recorded } from '../../src/controllers/testing/recorded-actions.ts';
import { Api } from '../support/api.ts';
import type { Kubectl } from '../support/kubectl.ts';
import { findKubectl } from '../support/kubectl.ts';
import type { TestServer } from '../support/server.ts';
import { startServer } from '../support/server.ts';
import { compare, RecordedFields } from './controllers-compare.ts';
import { Play } from './controllers-play.ts';

/** As the recorder's: nodes there had no heartbeats. */
const GRACE_SECONDS = 1000 * 3600;
const AT_ONCE = 24;
/** How long a cluster may take to where the recorded one ended. */
const END_MS = 8000;
const SHOWN = 3;

interface Pace {
  /** What the recorder waited before an action, by its position. */
  readonly waits?: Readonly<Record<number, number>>;
  readonly end?: number;
}

/** Where the recorder waited for the clock. Those that take longest go first. */
const PACES: Readonly<Record<string, Pace>> = {
  // Every 20 seconds, and a node that has gone is given 40 to come back.
  'pod-gc': { end: 75_000 },
  'cron-history': { end: 200_000 },
  'cron-allow': {},
  'cron-replace': {},
  // Until the next run was due and left out.
  'cron-forbid': { waits: { 2: 62_000 } },
  'cron-suspended': { waits: { 1: 5000 }, end: 75_000 },
  'deploy-deadline': { waits: { 1: 6000 } },
  // Three seconds pass before its pod counts, beside 23 other scenarios.
  'deploy-minready': { end: 30_000 },
  // A failed pod is replaced after ten seconds.
  'job-backoff1': { end: 30_000 },
  'job-replacement': { end: 30_000 },
  'node-unknown': { waits: { 8: 5000 } },
  'node-notready': { waits: { 6: 5000 } },
};

/** Prints the share of scenarios that ended as recorded. `ids`: these alone, with every difference. */
export async function measureControllers(file: string, ids: readonly string[]): Promise<void> {
  const kubectl = findKubectl();
  if (kubectl === undefined) return;
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const all = lines.map((line) => JSON.parse(line) as Recorded);
  const fields = new RecordedFields(all);
  const chosen = all.filter(({ id }) => ids.length === 0 || ids.includes(id));
  const slow = Object.keys(PACES);
  const queue = chosen.toSorted((a, b) => rank(slow, a) - rank(slow, b));
  const server = await startServer({ nodes: 0, addOns: false, nodeGracePeriod: GRACE_SECONDS });
  const outcomes = new Map<string, readonly string[]>();
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      outcomes.set(next.id, await play(next, server, kubectl, fields));
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  } finally {
    const errors = server
      .log()
      .split('\n')
      .filter((line) => /error|exception/i.test(line));
    for (const line of errors.slice(0, SHOWN)) console.log(`  server: ${line.slice(0, 400)}`);
    await server.stop();
  }
  let same = 0;
  for (const { id, title } of chosen) {
    const differences = outcomes.get(id) ?? [];
    if (differences.length === 0) same += 1;
    else console.log(`  ${id} ${title}`);
    for (const item of ids.length > 0 ? differences : differences.slice(0, SHOWN)) console.log(`      ${item}`);
  }
  console.log(
    `controllers: scenarios identical ${same}/${chosen.length} (${((100 * same) / chosen.length).toFixed(1)}%)`,
  );
}

function rank(slow: readonly string[], { id }: Recorded): number {
  const at = slow.indexOf(id);
  return at < 0 ? slow.length : at;
}

async function play(
  recorded: Recorded,
  server: TestServer,
  kubectl: Kubectl,
  fields: RecordedFields,
): Promise<readonly string[]> {
  const { waits = {}, end = END_MS } = PACES[recorded.id] ?? {};
  const ended = new AbortController();
  const cluster = await server.createCluster({ name: recorded.id, nodes: 0 });
  const api = new Api({ url: cluster.server, ca: server.ca, token: cluster.token });
  try {
    const { kubeconfig } = cluster;
    const run = new Play(recorded, { api, kubectl, kubeconfig, waits, signal: ended.signal });
    await run.prepare();
    await run.play();
    const deadline = Date.now() + end;
    for (;;) {
      await run.quiet();
      const found = await compare(recorded, api, run, fields);
      if (found.length === 0 || Date.now() > deadline) return [...run.differences, ...found];
      await sleep(500);
    }
  } catch (error) {
    return [`not played: ${String(error)}`];
  } finally {
    ended.abort();
    api.close();
  }
}
