// Tells the node pool that something of its nodes has changed: a component like the controllers, so that a crash
// between the write and the poke loses nothing.
//
// 1. Changes of pods that are bound to a node, of nodes and of node groups are of interest; what the pool reported itself is not.
// 2. Many changes make one poke: it is sent at the end of a slice, and says only that there is something to fetch.
// 3. A poke that fails is repeated with a growing delay until one arrives.

import { NODE_GROUPS } from '../api/kubewisp/v1/node-group.ts';
import type { Component } from '../controllers/runtime/component.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { errorText } from '../lib/log.ts';

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 60_000;

export interface PoolNotifierOptions {
  readonly poke: () => Promise<void>;
  /** Whether the node pool itself wrote the event of this revision. */
  readonly reported: (rev: number) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Asks for a run of the components at `time` at the latest, in milliseconds since the epoch. */
  readonly wakeBy: (time: number) => void;
}

export function createPoolNotifier(options: PoolNotifierOptions): Component {
  const { poke, reported, clock, logger, wakeBy } = options;
  /** The first change that no successful poke has followed yet, and when the next attempt may be made. */
  let pending: { readonly oldest: number; readonly due: number } | undefined;
  /** The oldest change that a poke under way tells of. */
  let sending: number | undefined;
  let failures = 0;

  const send = (oldest: number): void => {
    sending = oldest;
    poke().then(
      () => {
        sending = undefined;
        failures = 0;
        // Now the cursor may pass what was told; else a start after an eviction would read it all again.
        wakeBy(clock.now());
      },
      (error: unknown) => {
        const delay = Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS);
        failures++;
        sending = undefined;
        pending = { oldest, due: clock.now() + delay };
        logger.warn('node pool was not reached', { error: errorText(error), retryInMs: delay });
        wakeBy(pending.due);
      },
    );
  };

  return {
    name: 'pool-notifier',
    resources: ['pods', 'nodes', NODE_GROUPS],
    interest: ({ resource, text }) => resource !== 'pods' || text.includes('"nodeName":"'),
    start: () => {
      pending = undefined;
    },
    // A new cluster's first change is that it exists.
    prime: () => {
      pending = { oldest: 1, due: 0 };
    },
    observe: ({ rev }) => {
      if (pending === undefined && !reported(rev)) pending = { oldest: rev, due: 0 };
    },
    step: () => {
      if (pending === undefined || sending !== undefined || pending.due > clock.now()) return false;
      const { oldest } = pending;
      pending = undefined;
      send(oldest);
      return true;
    },
    nextDue: () => (sending === undefined ? pending?.due : undefined),
    // Without a pool's answer the cursor stays: a crash tells the pool again.
    oldestPending: () => pending?.oldest ?? sending,
  };
}
