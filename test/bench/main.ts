// `npm run bench [-- NAME…]`: prints how fast and how small Kubewisp is, each figure as its share of what the same workerd does
// for the least code, measured in the same run, since machines differ. Always ends with 0: it measures, it does not judge.

import { join } from 'node:path';
import { PROJECT_ROOT, readWorkerSettings } from '../../src/cli/server/project.ts';
import type { TestServer } from '../support/server.ts';
import { startServer } from '../support/server.ts';
import type { Bench, Figure } from './figure.ts';
import { isMet, rowText } from './figure.ts';
import { autoscaler } from './figures/autoscaler.ts';
import { bundle } from './figures/bundle.ts';
import { clusters } from './figures/clusters.ts';
import { create } from './figures/create.ts';
import { deployment } from './figures/deployment.ts';
import { floors } from './figures/floors.ts';
import { get } from './figures/get.ts';
import { idle } from './figures/idle.ts';
import { list } from './figures/list.ts';
import { listLarge } from './figures/list-large.ts';
import { memory } from './figures/memory.ts';
import { objectCost } from './figures/object-cost.ts';
import { patch } from './figures/patch.ts';
import { protobuf } from './figures/protobuf.ts';
import { realSize } from './figures/real-size.ts';
import { manyDeployments, manyReplicas, namespaceDeletion, rollingUpdate } from './figures/rollouts.ts';
import { watch } from './figures/watch.ts';
import { watchers } from './figures/watchers.ts';

const FIGURES: readonly Figure[] = [
  floors,
  create,
  get,
  objectCost,
  realSize,
  patch,
  protobuf,
  list,
  listLarge,
  watch,
  watchers,
  clusters,
  bundle,
  deployment,
  manyDeployments,
  manyReplicas,
  rollingUpdate,
  namespaceDeletion,
  autoscaler,
  memory,
  idle,
];

/** Servers start when a figure first asks for them, and are all stopped in the end. */
class Servers implements Bench {
  #floor: Promise<TestServer> | undefined;
  #kubewisp: Promise<TestServer> | undefined;

  floor(): Promise<TestServer> {
    this.#floor ??= this.freshFloor();
    return this.#floor;
  }

  kubewisp(): Promise<TestServer> {
    this.#kubewisp ??= this.freshKubewisp();
    return this.#kubewisp;
  }

  freshFloor(): Promise<TestServer> {
    return startServer({
      settings: {
        ...readWorkerSettings(),
        main: join(PROJECT_ROOT, 'test/bench/floor/worker.ts'),
        durableObjects: [{ binding: 'FLOOR', className: 'Floor' }],
      },
    });
  }

  freshKubewisp({ nodes = 3 }: { readonly nodes?: number } = {}): Promise<TestServer> {
    return startServer({ nodes });
  }

  async stop(): Promise<void> {
    for (const server of [this.#floor, this.#kubewisp]) await (await server)?.stop();
  }
}

const names = process.argv.slice(2);
const unknown = names.filter((name) => !FIGURES.some((figure) => figure.name === name));
if (unknown.length > 0) {
  console.error(
    `bench: there is no figure ${unknown.join(', ')}; there are ${FIGURES.map(({ name }) => name).join(', ')}`,
  );
  process.exit(1);
}

const servers = new Servers();
let missed = 0;
try {
  for (const figure of FIGURES) {
    if (names.length > 0 && !names.includes(figure.name)) continue;
    try {
      for (const row of await figure.run(servers)) {
        console.log(rowText(row));
        if (isMet(row) === false) missed += 1;
      }
    } catch (error) {
      missed += 1;
      console.log(`${figure.name}: could not be measured: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
} finally {
  await servers.stop();
}
console.log(missed === 0 ? '\nall met' : `\n${missed} missed`);
