// A day in the life of a cluster: users, mishaps and crashes by the dice of a seed; from time to time all is healed, and
// the cluster must come to rest with everything in its place.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { LogEvent } from '../../../src/eventlog/log.ts';
import type { Random } from '../../../src/lib/random.ts';
import { seededRandom } from '../../../src/lib/random.ts';
import { createControllers } from '../../../src/controllers/table.ts';
import { fakeTrust } from '../../../src/controllers/testing/fake-trust.ts';
import { Invariants } from './invariants.ts';
import { heal, MISHAPS, restoreNodes } from './mishaps.ts';
import { isHeartbeat, wrongAtRest } from './rest.ts';
import { SimCluster } from './sim-cluster.ts';
import type { Workload } from './workloads.ts';
import { MACHINES, manifest, WORKLOADS } from './workloads.ts';

export interface DayOptions {
  readonly seed: number;
  readonly hours: number;
}

export interface DayResult {
  /** What was violated. Empty: all is well. */
  readonly wrong: readonly string[];
  /** Of the log. */
  readonly hash: string;
  readonly events: number;
  readonly crashes: number;
  /** What was done, and when. */
  readonly diary: readonly string[];
}

const NODE_GROUPS = join(import.meta.dirname, '../../../manifests/node-groups.yaml');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NAMESPACES = ['default', 'limited'];
const MERGE = 'application/merge-patch+json';
const REST_EVERY_HOURS = 8;
/** Longer than any backoff, deadline or program takes. */
const REST_MS = 2 * HOUR;
const QUIET_MS = 10 * MINUTE;
const ROOM = 12;

export async function runDay(options: DayOptions): Promise<DayResult> {
  const day = new Day(options);
  try {
    await day.live(options.hours);
  } catch (error) {
    day.wrong.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  const { cluster, wrong, diary } = day;
  const result = { wrong, hash: cluster.hash(), events: cluster.engine.log.head, crashes: cluster.crashes, diary };
  cluster.close();
  return result;
}

class Day {
  readonly cluster: SimCluster;
  readonly wrong: string[] = [];
  readonly diary: string[] = [];
  readonly #random: Random;
  readonly #invariants = new Invariants();
  readonly #workloads: readonly Workload[];
  #news: LogEvent[] = [];

  constructor({ seed }: DayOptions) {
    this.#random = seededRandom(seed);
    const observe = (event: LogEvent): void => {
      this.#invariants.take(event);
      if (!isHeartbeat(event)) this.#news.push(event);
    };
    this.cluster = new SimCluster({ seed, outside: ['outside-1'], observe });
    const controllers = new Set(
      createControllers({ nodeGracePeriodMs: 0, authority: '' }, fakeTrust).map(({ name }) => name),
    );
    this.#workloads = WORKLOADS.filter(({ controller }) => controller === undefined || controllers.has(controller));
  }

  async live(hours: number): Promise<void> {
    const { cluster } = this;
    await cluster.advance(MINUTE);
    this.#post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', parse(readFileSync(NODE_GROUPS, 'utf8')));
    await cluster.advance(MINUTE);
    this.#post('/apis/kubewisp.dev/v1/nodegroups', MACHINES);
    this.#post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'limited' } });
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'room' },
      spec: { hard: { pods: `${ROOM}` } },
    };
    this.#post('/api/v1/namespaces/limited/resourcequotas', quota);
    let resting = cluster.now + REST_EVERY_HOURS * HOUR;
    const end = cluster.now + hours * HOUR;
    while (cluster.now < end && this.#isWell()) {
      // Mostly what came before has settled; at times things come thick and fast.
      await cluster.advance(this.#random.next() < 0.3 ? this.#below(2000) : this.#below(6 * MINUTE));
      this.#something();
      if (cluster.now < resting) continue;
      await this.#rest();
      resting = cluster.now + REST_EVERY_HOURS * HOUR;
    }
    if (this.#isWell()) await this.#rest();
  }

  #isWell(): boolean {
    this.wrong.push(...this.#invariants.violations.splice(0), ...this.cluster.errors.splice(0));
    return this.wrong.length === 0;
  }

  #something(): void {
    if (this.#random.next() < 0.25) {
      const mishap = this.#weighted(MISHAPS);
      this.#note(`${mishap.name}: ${mishap.happen(this.cluster, this.#random)}`);
      return;
    }
    const workload = this.#weighted(this.#workloads);
    const namespace = NAMESPACES[this.#below(NAMESPACES.length)] ?? '';
    const path = workload.path.replace('NAMESPACE', namespace);
    const name = `${workload.kind.toLowerCase()}-${this.#below(workload.most)}`;
    const there = this.cluster.reader.get(workload.resource, namespace, name) !== undefined;
    if (!there) return this.#post(path, manifest(workload, this.#random, name));
    const { changes = [] } = workload;
    const change = changes[this.#below(changes.length)];
    if (change !== undefined && this.#random.next() < 0.7) return this.#patch(`${path}/${name}`, change(this.#random));
    const dice = this.#random.next();
    const propagationPolicy = dice < 0.2 ? 'Foreground' : dice < 0.3 ? 'Orphan' : 'Background';
    this.#send('DELETE', `${path}/${name}?propagationPolicy=${propagationPolicy}`);
  }

  /** All is healed and nobody does anything: the cluster comes to rest, with everything in its place. */
  async #rest(): Promise<void> {
    const { cluster } = this;
    this.#note('rest');
    // First the crash that may still be planned.
    heal(cluster);
    this.#patch('/api/v1/namespaces/limited/resourcequotas/room', { spec: { hard: { pods: '1000' } } });
    this.#patchAll('deployments.apps', { spec: { paused: false } });
    this.#patchAll('cronjobs.batch', { spec: { suspend: true } });
    this.#patchAll('jobs.batch', { spec: { suspend: false, parallelism: 2 } });
    await cluster.advance(MINUTE);
    restoreNodes(cluster);
    await cluster.advance(REST_MS);
    this.#news = [];
    await cluster.advance(QUIET_MS);
    const noise = this.#news.slice(0, 5).map(({ rev, verb, resource, namespace, name, actor }) => {
      return `no rest: revision ${rev}, ${verb} of ${resource} ${namespace}/${name} by ${actor}`;
    });
    this.wrong.push(...noise, ...wrongAtRest(cluster));
    this.#patch('/api/v1/namespaces/limited/resourcequotas/room', { spec: { hard: { pods: `${ROOM}` } } });
    this.#patchAll('cronjobs.batch', { spec: { suspend: false } });
    await cluster.settle();
    this.#isWell();
  }

  #patchAll(resource: Workload['resource'], patch: object): void {
    const workload = this.#workloads.find((candidate) => candidate.resource === resource);
    for (const { metadata } of this.cluster.reader.list(resource)) {
      const path = workload?.path.replace('NAMESPACE', metadata.namespace ?? '') ?? '';
      this.#patch(`${path}/${metadata.name}`, patch);
    }
  }

  #post(path: string, body: unknown): void {
    this.#send('POST', path, body);
  }

  #patch(path: string, body: unknown): void {
    this.#send('PATCH', path, body, MERGE);
  }

  #send(method: string, path: string, body?: unknown, type?: string): void {
    const { status, text } = this.cluster.send(method, path, body, type);
    this.#note(`${method} ${path} ${JSON.stringify(body ?? '')} ${status}`);
    // A Job that is over may not be changed, what is in the way is refused, and a crash answers nothing.
    if (![0, 200, 201, 202, 404, 409, 422, 403].includes(status))
      this.wrong.push(`${method} ${path}: ${status} ${text}`);
  }

  #note(text: string): void {
    const time = new Date(this.cluster.now).toISOString().slice(11, 23);
    this.diary.push(`${time} rev ${this.cluster.engine.log.head} ${text}`);
  }

  #below(count: number): number {
    return Math.floor(this.#random.next() * count);
  }

  #weighted<T extends { readonly weight?: number }>(of: readonly T[]): T {
    const weightOf = ({ weight = 1 }: T): number => weight;
    let left = this.#random.next() * of.reduce((sum, item) => sum + weightOf(item), 0);
    for (const item of of) if ((left -= weightOf(item)) < 0) return item;
    throw new Error('nothing to choose from');
  }
}
