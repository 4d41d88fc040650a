// The components that reconcile a cluster, in the order in which they get their turns.

import type { Component } from '../controllers/runtime/component.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { createPoolNotifier } from './pool-notifier.ts';

export interface ComponentOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly nodeGraceSeconds: number;
  readonly poke: () => Promise<void>;
  /** Whether the node pool itself wrote the event of this revision. */
  readonly reported: (rev: number) => boolean;
  /** Asks for a run at `time` at the latest, in milliseconds since the epoch. */
  readonly wakeBy: (time: number) => void;
}

export function createComponents(options: ComponentOptions): Component[] {
  const { clock, logger, poke, reported, wakeBy } = options;
  return [createPoolNotifier({ clock, logger, poke, reported, wakeBy })];
}
