// What a DaemonSet says of its pods.
// Models kubernetes pkg/controller/daemon/daemon_controller.go updateDaemonSetStatus.

import type { DaemonSetStatus } from '../../api/types/apps-v1.ts';
import { isReady } from '../common/pods.ts';
import type { Scene } from './places.ts';

/** Of each node the first pod counts. Counts of 0 are left out where upstream leaves them out. */
export function daemonSetStatus(scene: Scene): DaemonSetStatus {
  const { set, places } = scene;
  let desired = 0;
  let current = 0;
  let misscheduled = 0;
  let ready = 0;
  let available = 0;
  let updated = 0;
  for (const { exists, verdict, pods } of places) {
    const [pod] = pods;
    if (!verdict.run) {
      if (exists && pod !== undefined) misscheduled += 1;
      continue;
    }
    desired += 1;
    if (pod === undefined) continue;
    current += 1;
    if (isReady(pod)) ready += 1;
    if (scene.isAvailable(pod)) available += 1;
    if (scene.isNew(pod)) updated += 1;
  }
  const { conditions, collisionCount } = set.status ?? {};
  const { generation } = set.metadata;
  const counts = {
    updatedNumberScheduled: updated,
    numberAvailable: available,
    numberUnavailable: desired - available,
  };
  return {
    currentNumberScheduled: current,
    numberMisscheduled: misscheduled,
    desiredNumberScheduled: desired,
    numberReady: ready,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0)),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    ...(conditions === undefined ? {} : { conditions }),
  };
}
