// Pods as the figures make them, and a watch that tells how far they are.

import type { Client } from './load.ts';
import { sleep } from './load.ts';

export const POD_SPEC = {
  containers: [
    { name: 'c', image: 'registry.k8s.io/pause:3.9', resources: { requests: { cpu: '10m', memory: '10Mi' } } },
  ],
};

/** About 10 kB, as real ones are: many small members, not one long text. No component has work with it. */
export function realSizePod(name: string): string {
  const metadata = { name, labels: LABELS, annotations: annotations() };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { schedulerName: 'none', ...realSizeSpec() },
  });
}

/** Likewise; it has no replicas. */
export function realSizeDeployment(name: string): string {
  const template = { metadata: { labels: LABELS, annotations: annotations() }, spec: realSizeSpec() };
  const spec = { replicas: 0, paused: true, selector: { matchLabels: { app: 'bench' } }, template };
  return JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, labels: LABELS }, spec });
}

const LABELS = { app: 'bench', tier: 'backend', release: 'stable', team: 'payments' };

function annotations(): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: 12 }, (_, n) => [`example.com/note-${n}`, `value of note ${n}`.repeat(3)]),
  );
}

function realSizeSpec(): object {
  const container = (n: number): object => ({
    name: `container-${n}`,
    image: `registry.example/team/service-${n}:1.2.3`,
    args: ['--listen=:8080', `--role=${n}`, '--log-format=json'],
    ports: [{ name: `http-${n}`, containerPort: 8080 + n, protocol: 'TCP' }],
    env: Array.from({ length: 18 }, (_, m) => ({ name: `SETTING_${m}`, value: `value-${m}-of-${n}` })),
    resources: { requests: { cpu: '10m', memory: '10Mi' }, limits: { cpu: '1', memory: '512Mi' } },
    readinessProbe: { httpGet: { path: '/ready', port: 8080, scheme: 'HTTP' }, periodSeconds: 10, timeoutSeconds: 1 },
    livenessProbe: { httpGet: { path: '/live', port: 8080, scheme: 'HTTP' }, periodSeconds: 10, timeoutSeconds: 1 },
    volumeMounts: Array.from({ length: 4 }, (_, m) => ({
      name: `volume-${m}`,
      mountPath: `/data/${m}`,
      readOnly: true,
    })),
    securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  });
  return {
    containers: Array.from({ length: 5 }, (_, n) => container(n)),
    volumes: Array.from({ length: 4 }, (_, n) => ({ name: `volume-${n}`, configMap: { name: `settings-${n}` } })),
    tolerations: Array.from({ length: 3 }, (_, n) => ({ key: `example.com/taint-${n}`, operator: 'Exists' })),
    terminationGracePeriodSeconds: 30,
  };
}

interface PodEvent {
  readonly type: string;
  readonly object: {
    readonly metadata: { readonly name: string; readonly resourceVersion: string };
    readonly spec: { readonly nodeName?: string };
    readonly status?: { readonly phase?: string };
  };
}

export interface Progress {
  readonly bound: number;
  readonly running: number;
  /** How often the server ended the watch. */
  readonly resumed: number;
  /** `performance.now()` of the last pod to be bound, and to run. */
  readonly boundAt: number;
  readonly runningAt: number;
  close(): void;
}

/** Watches the pods of a namespace, as an informer does: a watch that the server ends is resumed from its last event. */
export async function followPods(client: Client, namespace: string): Promise<Progress> {
  const bound = new Set<string>();
  const running = new Set<string>();
  let boundAt = 0;
  let runningAt = 0;
  let resumed = 0;
  let stop = (): void => undefined;
  let closed = false;
  const path = `/api/v1/namespaces/${namespace}/pods`;
  let { resourceVersion } = (await client.json<{ metadata: { resourceVersion: string } }>({ path })).metadata;
  const onLine = (line: string): void => {
    const { type, object } = JSON.parse(line) as PodEvent;
    if (type === 'ERROR') throw new Error(`watch: ${line}`);
    const { name } = object.metadata;
    resourceVersion = object.metadata.resourceVersion;
    if (object.spec.nodeName !== undefined && !bound.has(name)) {
      bound.add(name);
      boundAt = performance.now();
    }
    if (object.status?.phase === 'Running' && !running.has(name)) {
      running.add(name);
      runningAt = performance.now();
    }
  };
  const open = async (): Promise<void> => {
    const url = `${path}?watch=true&resourceVersion=${resourceVersion}`;
    stop = await client.lines(url, onLine, () => {
      resumed += 1;
      if (!closed) void open();
    });
  };
  await open();
  const close = (): void => {
    closed = true;
    stop();
  };
  return {
    close,
    get resumed() {
      return resumed;
    },
    get bound() {
      return bound.size;
    },
    get running() {
      return running.size;
    },
    get boundAt() {
      return boundAt;
    },
    get runningAt() {
      return runningAt;
    },
  };
}

/** Waits until `count` pods run; throws after `timeout` ms. */
export async function untilRunning(progress: Progress, count: number, timeout: number): Promise<void> {
  const deadline = performance.now() + timeout;
  while (progress.running < count) {
    if (performance.now() > deadline) {
      throw new Error(
        `${progress.bound} of ${count} pods bound, ${progress.running} running after ${timeout / 1000} s, ${progress.resumed} watches resumed`,
      );
    }
    await sleep(20);
  }
}

export async function untilNodesReady(client: Client, count: number): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const { items } = await client.json<{
      items: { spec: { taints?: unknown[] }; status: { conditions?: { type: string; status: string }[] } }[];
    }>({ path: '/api/v1/nodes' });
    const ready = items.filter(
      ({ spec, status }) =>
        (spec.taints ?? []).length === 0 &&
        status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
    );
    if (ready.length >= count) return;
    await sleep(100);
  }
  throw new Error(`${count} nodes did not become ready`);
}
