// npm run test:oracle [-- FILE ID …]: replays the recorded answers of a real Kubernetes against a running server and
// prints, by file, how many scenarios and steps were answered identically. It is a measure, not a test: the list of
// differences is the to-do list. With file and ids it prints every difference of those scenarios.
//
// Every scenario counts. Those that were told that a revision
// is too old run last: ordinary reads expire after five minutes, which have to pass first.

import { existsSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer } from '../support/server.ts';
import { measureControllers } from './controllers.ts';
import { measureCreates } from './create.ts';
import { measureKubectl } from './kubectl.ts';
import type { Outcome, Server } from './replay.ts';
import { replay } from './replay.ts';
import type { Scenario } from './scenario.ts';
import { readScenarios } from './scenario.ts';
import { measureUpdates } from './update.ts';

const ORACLE = new URL('../../../shared/oracle/', import.meta.url);
/** Ordinary reads look back five minutes; a little more for the making of the cluster. */
const HISTORY_MS = 5 * 60_000 + 10_000;
/** Lists first: some show what others leave behind. */
const FILES = ['lists', 'protocol', 'watches', 'deletes', 'patch', 'apply'];

if (!existsSync(ORACLE)) {
  console.log('test:oracle skipped: ../shared/oracle is not here');
  process.exit(process.env['CI'] === 'true' ? 1 : 0);
}
const [only, ...ids] = process.argv.slice(2);
/** Measures with a server of their own. */
const OTHERS: Readonly<Record<string, () => Promise<void>>> = {
  create: () => measureCreates(ids),
  update: () => measureUpdates(ids),
  kubectl: () => measureKubectl(new URL('behaviour/kubectl.jsonl', ORACLE).pathname, ids),
  controllers: () => measureControllers(new URL('behaviour/controllers.jsonl', ORACLE).pathname, ids),
};
for (const [name, measure] of Object.entries(OTHERS)) if (only === undefined || only === name) await measure();
if (only !== undefined && only in OTHERS) process.exit();
// The recorder's cluster had no nodes.
const began = Date.now();
const started = await startServer({ nodes: 0, addOns: false });
const agent = new Agent({ ca: started.ca, keepAlive: true });
const server: Server = { url: new URL(started.url), token: started.token, agent };
try {
  await installWidgets(server);
  const plays = FILES.filter((file) => only === undefined || only === file).map((file) => {
    const scenarios = readScenarios(new URL(`semantics/${file}.jsonl`, ORACLE).pathname);
    const chosen = ids.length === 0 ? scenarios : scenarios.filter(({ id }) => ids.includes(id));
    return { file, chosen, outcomes: new Map<string, Outcome>() };
  });
  for (const old of [false, true]) {
    for (const { chosen, outcomes } of plays) {
      for (const scenario of chosen.filter((item) => needsHistory(item) === old)) {
        if (old) await age();
        outcomes.set(scenario.id, await replay(server, scenario));
      }
    }
  }
  for (const { file, chosen, outcomes } of plays) {
    print(
      file,
      chosen.flatMap(({ id }) => outcomes.get(id) ?? []),
    );
  }
} finally {
  agent.destroy();
  await started.stop();
}

/** Whether a step was refused because its revision is too old. */
function needsHistory(scenario: Scenario): boolean {
  return scenario.steps.some(({ response }) => response.status === 410);
}

async function age(): Promise<void> {
  const left = began + HISTORY_MS - Date.now();
  if (left <= 0) return;
  console.log(`waiting ${Math.ceil(left / 1000)} s until the first revisions are too old`);
  await sleep(left);
}

function print(file: string, outcomes: readonly Outcome[]): void {
  const whole = outcomes.filter(({ differences }) => differences.length === 0).length;
  const steps = outcomes.reduce((sum, { steps }) => sum + steps, 0);
  const same = outcomes.reduce((sum, { identical }) => sum + identical, 0);
  const share = (part: number, all: number) => `${part}/${all} (${all === 0 ? '–' : ((100 * part) / all).toFixed(1)}%)`;
  for (const { id, title, differences } of outcomes) {
    if (differences.length === 0) continue;
    console.log(`  ${id} ${title}`);
    for (const item of only === undefined ? differences.slice(0, 1) : differences) console.log(`      ${item}`);
  }
  console.log(`${file}: scenarios identical ${share(whole, outcomes.length)}, steps ${share(same, steps)}`);
}

/** The custom resource that some scenarios use. */
async function installWidgets({ url, token, agent }: Server): Promise<void> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const body = readFileSync(new URL('semantics/widgets-crd.json', ORACLE));
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const sent = request(new URL(path, url), { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    });
    sent.on('error', reject).end(body);
  });
  if (status !== 201) console.log(`the definition of widgets was answered with ${status}`);
}
