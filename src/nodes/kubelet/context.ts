// What the steps of a pod may use of their node.

import type { Random } from '../../lib/random.ts';
import type { ContainerBehaviour } from './behaviour.ts';
import type { NodeImages } from './node-images.ts';
import type { PodIps } from './pod-ips.ts';
import type { ContainerRun, PodRun } from './pod-run.ts';

/** An Event of a pod or of one of its containers. */
export interface EventInput {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export interface Context {
  /** Milliseconds since the epoch: the time of the step under way. It may lie a little before the clock's. */
  at: number;
  /** When this kubelet came to life, or its power came back: nothing happened on the node before. */
  bootTime: number;
  readonly random: Random;
  readonly behaviour: ContainerBehaviour;
  readonly images: NodeImages;
  readonly ips: PodIps;
  /** InternalIP. */
  readonly hostIp: string;
  emit(run: PodRun, container: ContainerRun | undefined, event: EventInput): void;
}
