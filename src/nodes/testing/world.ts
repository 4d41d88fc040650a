// A node host on one side, the server's half of reports over two maps on the other, and a clock.

import { expect } from 'vitest';
import type { GonePod, Machine, Report, ReportAnswer } from '../../api/report.ts';
import { reportSchema } from '../../api/report.ts';
import type { Node, Pod } from '../../api/types/core-v1.ts';
import { clone } from '../../lib/json.ts';
import { seededRandom } from '../../lib/random.ts';
import { pooledNode } from '../kubelet/node-object.ts';
import type { NodeHostOptions } from '../node-host.ts';
import { NodeHost } from '../node-host.ts';

export const START = Date.parse('2026-01-01T00:00:00Z');

/** The server's half of the protocol, as src/api/report.ts words it, over two maps. */
export class FakeCluster {
  revision = 0;
  readonly nodes = new Map<string, { object: Node; rev: number }>();
  readonly pods = new Map<string, { object: Pod; rev: number }>();
  readonly gone: Array<GonePod & { rev: number }> = [];
  readonly reports: Report[] = [];
  readonly events: string[] = [];
  requests = 0;
  /** Status codes to answer with instead of carrying out. */
  failures: number[] = [];
  /** Names of nodes that may not register. */
  readonly refused = new Set<string>();
  pageSize = 500;
  /** Of node groups, and when they changed. */
  machines: Machine[] = [];
  machinesRev = 0;

  order(...machines: readonly Machine[]): void {
    this.machines = [...machines];
    this.machinesRev = ++this.revision;
  }

  bind(name: string, node: string, status: Pod['status'] = { phase: 'Pending' }): Pod {
    this.revision += 1;
    const object: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace: 'default',
        uid: `uid-${name}`,
        resourceVersion: String(this.revision),
        creationTimestamp: '2026-01-01T00:00:00Z',
        generation: 1,
      },
      spec: {
        nodeName: node,
        restartPolicy: 'Always',
        containers: [{ name: 'c', image: 'nginx', imagePullPolicy: 'IfNotPresent' }],
      },
      status,
    };
    this.pods.set(name, { object, rev: this.revision });
    return object;
  }

  remove(name: string): void {
    const pod = this.pods.get(name);
    if (pod === undefined) return;
    this.pods.delete(name);
    this.revision += 1;
    this.gone.push({ namespace: 'default', name, uid: pod.object.metadata.uid, rev: this.revision });
  }

  delete(name: string, at: number): void {
    const pod = this.pods.get(name);
    if (pod === undefined) return;
    pod.rev = ++this.revision;
    pod.object.metadata.deletionTimestamp = new Date(at + 30_000).toISOString();
  }

  annotate(name: string, power: string): void {
    const node = this.nodes.get(name);
    if (node === undefined) return;
    node.rev = ++this.revision;
    node.object.metadata.annotations = { 'kubewisp.dev/power': power };
  }

  readonly transport: NodeHostOptions['transport'] = async (_method, path, body) => {
    this.requests += 1;
    const failure = this.failures.shift();
    if (failure !== undefined) return { status: failure, body: 'no' };
    if (path === '/api/v1/nodes') {
      const object = JSON.parse(body) as Node;
      if (this.refused.has(object.metadata.name)) return { status: 422, body: `${object.metadata.name} is invalid` };
      this.revision += 1;
      object.metadata.uid = `uid-${object.metadata.name}`;
      object.spec = { ...object.spec, podCIDR: `10.244.${this.nodes.size}.0/24` };
      this.nodes.set(object.metadata.name, { object, rev: this.revision });
      return { status: 201, body: '{}' };
    }
    return { status: 200, body: JSON.stringify(this.#report(reportSchema.parse(JSON.parse(body)) as Report)) };
  };

  #report(report: Report): ReportAnswer {
    this.reports.push(report);
    const named = new Set([...report.nodes.map(({ name }) => name), ...report.withdrawn]);
    const changed = [...this.pods.values()]
      .filter(({ object, rev }) => rev > report.since && named.has(object.spec?.nodeName ?? ''))
      .sort((a, b) => a.rev - b.rev);
    const anew = new Set(report.anew);
    const page = changed.slice(0, this.pageSize);
    const more = page.length < changed.length;
    const answer: ReportAnswer = {
      revision: page.at(-1)?.rev ?? 0,
      nodes: [...this.nodes.values()].filter(({ rev }) => rev > report.since).map(({ object }) => clone(object)),
      pods: page.map(({ object }) => clone(object)),
      gone: report.since === 0 ? [] : this.gone.filter(({ rev }) => rev > report.since),
      refused: [],
      ...(report.since < this.machinesRev || report.since === 0 ? { machines: this.machines } : {}),
    };
    for (const { name, status } of report.nodes) {
      const node = this.nodes.get(name);
      if (node === undefined || status === undefined) continue;
      node.object.status = { ...node.object.status, ...status };
      node.rev = ++this.revision;
    }
    for (const { namespace, name, uid, status, remove } of report.pods) {
      const pod = this.pods.get(name);
      if (pod === undefined || pod.object.metadata.uid !== uid) {
        answer.refused.push({ namespace, name, uid, reason: 'NotFound' });
        continue;
      }
      pod.object.status = { ...pod.object.status, ...status };
      pod.rev = ++this.revision;
      if (remove === true) this.remove(name);
    }
    for (const event of report.events) this.events.push(`${event.involvedObject.name} ${event.reason}`);
    if (more) answer.more = true;
    else answer.revision = this.revision;
    if (more || report.since === 0) return answer;
    for (const { object } of this.nodes.values()) if (anew.has(object.metadata.name)) answer.nodes.push(clone(object));
    for (const { object } of this.pods.values())
      if (anew.has(object.spec?.nodeName ?? '')) answer.pods.push(clone(object));
    return answer;
  }

  phases(): Record<string, string | undefined> {
    return Object.fromEntries([...this.pods].map(([name, { object }]) => [name, object.status?.phase]));
  }
}

export function world(count: number, more: Partial<NodeHostOptions> = {}) {
  const cluster = new FakeCluster();
  const clock = { now: START };
  const power: string[][] = [];
  const newHost = (off: string[] = []) =>
    new NodeHost({
      nodes: Array.from({ length: count }, (_, index) => pooledNode(index, `node-${index}`, '4', '16Gi')),
      pool: 'default',
      standing: true,
      transport: cluster.transport,
      random: seededRandom(1),
      now: () => clock.now,
      off,
      onPower: (names) => power.push([...names]),
      ...more,
    });
  const state = { host: newHost() };
  /** Runs as the shells do: a turn, then one at each due time up to `until`. */
  const run = async (until: number): Promise<void> => {
    let ask = true;
    for (;;) {
      const { error } = await state.host.turn(ask);
      expect(error).toBeUndefined();
      ask = false;
      const due = state.host.nextDue();
      if (due === undefined || due > START + until) break;
      clock.now = Math.max(due, clock.now + 25);
    }
    clock.now = Math.max(clock.now, START + until);
  };
  return { cluster, clock, state, newHost, run, power };
}
