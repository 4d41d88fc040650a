// Which pods a DaemonSet makes and deletes, its rollout aside: one for each node that wants one, in good health.
// Models kubernetes pkg/controller/daemon/daemon_controller.go podsShouldBeOnNode.

import type { Pod } from '../../api/types/core-v1.ts';
import { isReady } from '../common/pods.ts';
import type { Place, Scene } from './places.ts';
import { allowsSurge } from './strategy.ts';

export interface Plan {
  /** Nodes that get a pod. */
  readonly create: string[];
  readonly remove: Pod[];
}

/** What is found of pods that have ended. Answers whether the pod is to go now. */
export interface EndedPods {
  failed(pod: Pod, node: string): boolean;
  succeeded(pod: Pod, node: string): boolean;
}

export function planPods(scene: Scene, ended: EndedPods): Plan {
  const plan: Plan = { create: [], remove: [] };
  for (const place of scene.places) planPlace(scene, place, ended, plan);
  return plan;
}

function planPlace(scene: Scene, place: Place, ended: EndedPods, plan: Plan): void {
  const { node, verdict, pods } = place;
  const alive = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (!place.exists) {
    // What is bound to a node that is gone is the pod garbage collector's.
    plan.remove.push(...alive.filter(({ spec }) => (spec?.nodeName ?? '') === ''));
  } else if (verdict.run && pods.length === 0) {
    plan.create.push(node);
  } else if (!verdict.stay) {
    plan.remove.push(...alive);
  } else {
    const running = alive.filter((pod) => {
      const phase = pod.status?.phase;
      if (phase !== 'Failed' && phase !== 'Succeeded') return true;
      if (phase === 'Failed' ? ended.failed(pod, node) : ended.succeeded(pod, node)) plan.remove.push(pod);
      return false;
    });
    if (!allowsSurge(scene.set)) plan.remove.push(...running.slice(1));
    else if (running.length > 1) plan.remove.push(...surplus(scene, running));
    else if (running.length === 0 && verdict.run) plan.create.push(node);
  }
}

/** Of a node in the midst of a surge: all but one new and one old pod, and the old one when it is not needed any more. */
function surplus(scene: Scene, running: readonly Pod[]): Pod[] {
  const current = running.find((pod) => scene.isNew(pod));
  const old = running.find((pod) => !scene.isNew(pod));
  const others = running.filter((pod) => pod !== current && pod !== old);
  if (current === undefined || old === undefined) return others;
  return !isReady(old) || scene.isAvailable(current) ? [...others, old] : others;
}
