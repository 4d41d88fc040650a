// One step of a rolling update: which old pods go, and which nodes get a new one beside the old.
// Models kubernetes pkg/controller/daemon/update.go rollingUpdate.
//
// 1. Without surge old pods are deleted while at most maxUnavailable nodes are without an available pod; planPods makes
//    the new ones once they are gone. Old pods that are not available go at once.
// 2. With surge a node gets its new pod beside the old one, at most maxSurge at a time; the old one goes when the new one
//    is available. Nodes whose old pod is not available get theirs at once.
// 3. With surge, a pod of a node that no longer wants one stays until more pods are available than nodes want one.
// 4. Terminating pods count as if they were gone; a node with more than one old or more than one new pod waits for planPods.

import type { Pod } from '../../api/types/core-v1.ts';
import type { Place, Scene } from './places.ts';
import type { Plan } from './plan.ts';
import { limitsOf } from './strategy.ts';

interface Pair {
  readonly place: Place;
  readonly current: Pod | undefined;
  readonly old: Pod | undefined;
}

export function planUpdate(scene: Scene): Plan {
  const wanted = scene.places.filter(({ verdict }) => verdict.run).length;
  const { surge, unavailable } = limitsOf(scene.set, wanted);
  return surge === 0 ? replace(scene, unavailable) : surgeOver(scene, surge, wanted);
}

/** Rule 1. */
function replace(scene: Scene, maxUnavailable: number): Plan {
  const atOnce: Pod[] = [];
  const candidates: Pod[] = [];
  let unavailable = 0;
  for (const place of scene.places) {
    const pair = pairOf(scene, place);
    if (pair === undefined || (pair.old === undefined) === (pair.current === undefined)) {
      unavailable += 1;
    } else if (pair.old === undefined) {
      if (pair.current !== undefined && !scene.isAvailable(pair.current)) unavailable += 1;
    } else if (scene.isAvailable(pair.old)) {
      candidates.push(pair.old);
    } else {
      atOnce.push(pair.old);
      unavailable += 1;
    }
  }
  return { create: [], remove: [...atOnce, ...candidates.slice(0, Math.max(0, maxUnavailable - unavailable))] };
}

/** Rules 2 and 3. */
function surgeOver(scene: Scene, maxSurge: number, wanted: number): Plan {
  const remove: Pod[] = [];
  const unwanted: Pod[] = [];
  const atOnce: string[] = [];
  const candidates: string[] = [];
  let surging = 0;
  let available = 0;
  for (const place of scene.places) {
    const pair = pairOf(scene, place);
    if (pair === undefined) {
      surging += 1;
      continue;
    }
    const { current, old } = pair;
    const shown = old ?? current;
    if (shown !== undefined && scene.isAvailable(shown)) available += 1;
    if (old === undefined) continue;
    if (current !== undefined) {
      if (scene.isAvailable(current)) remove.push(old);
      else surging += 1;
    } else if (scene.isAvailable(old)) {
      if (place.verdict.run) candidates.push(place.node);
      else unwanted.push(old);
    } else if (place.verdict.run) atOnce.push(place.node);
    else remove.push(old);
  }
  return {
    create: [...atOnce, ...candidates.slice(0, Math.max(0, maxSurge - surging))],
    remove: [...remove, ...unwanted.slice(0, Math.max(0, available - wanted))],
  };
}

/** Undefined: rule 4. */
function pairOf(scene: Scene, place: Place): Pair | undefined {
  const alive = place.pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const [current, ...moreCurrent] = alive.filter((pod) => scene.isNew(pod));
  const [old, ...moreOld] = alive.filter((pod) => !scene.isNew(pod));
  return moreCurrent.length > 0 || moreOld.length > 0 ? undefined : { place, current, old };
}
