// Pods as the figures make them, and a watch that tells how far they are.

import type { Client } from './load.ts';
import { sleep } from './load.ts';

export const POD_SPEC = {
  containers: [
    { name: 'c', image: 'registry.k8s.io/pause:3.9', resources: { requests: { cpu: '10m', memory: '10Mi' } } },
  ],
};

interface PodEvent {
  readonly type: string;
  readonly object: {
    readonly metadata: { readonly name: string };
    readonly spec: { readonly nodeName?: string };
    readonly status?: { readonly phase?: string };
  };
}

export interface Progress {
  readonly bound: number;
  readonly running: number;
  /** `performance.now()` of the last pod to be bound, and to run. */
  readonly boundAt: number;
  readonly runningAt: number;
  close(): void;
}

/** Watches the pods of a namespace. */
export async function followPods(client: Client, namespace: string): Promise<Progress> {
  const bound = new Set<string>();
  const running = new Set<string>();
  let boundAt = 0;
  let runningAt = 0;
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const { metadata } = await client.json<{ metadata: { resourceVersion: string } }>({ path });
  const close = await client.lines(`${path}?watch=true&resourceVersion=${metadata.resourceVersion}`, (line) => {
    const { object } = JSON.parse(line) as PodEvent;
    const { name } = object.metadata;
    if (object.spec.nodeName !== undefined && !bound.has(name)) {
      bound.add(name);
      boundAt = performance.now();
    }
    if (object.status?.phase === 'Running' && !running.has(name)) {
      running.add(name);
      runningAt = performance.now();
    }
  });
  return {
    close,
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
        `${progress.bound} of ${count} pods bound, ${progress.running} running after ${timeout / 1000} s`,
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
