// The components that reconcile a cluster, in the order in which they get their turns.

import { clusterAutoscaler } from '../controllers/clusterautoscaler/cluster-autoscaler.ts';
import type { Component } from '../controllers/runtime/component.ts';
import { ControllerComponent } from '../controllers/runtime/controller-component.ts';
import type { RuntimePorts } from '../controllers/runtime/ports.ts';
import type { ControllerSettings } from '../controllers/table.ts';
import { createControllers } from '../controllers/table.ts';
import type { Trust } from '../controllers/trust.ts';
import { placements } from '../scheduler/placement.ts';
import { Scheduler } from '../scheduler/scheduler.ts';
import type { PoolNotifierOptions } from './pool-notifier.ts';
import { createPoolNotifier } from './pool-notifier.ts';

export function createComponents(
  ports: RuntimePorts,
  settings: ControllerSettings,
  trust: Trust,
  pool: PoolNotifierOptions,
): Component[] {
  return [
    ...createControllers(settings, trust).map((controller) => new ControllerComponent(controller, ports)),
    new Scheduler(),
    new ControllerComponent(clusterAutoscaler(placements()), ports),
    // Last, so that it speaks of what the others have done in this round.
    createPoolNotifier(pool),
  ];
}
