// How far the log may be compacted: a pure rule. Models etcd's periodic compaction as kube-apiserver drives it
// (staging/src/k8s.io/apiserver/pkg/storage/etcd3/compact.go), with a longer past and a bound in bytes.

import type { EventLog } from './log.ts';

/** Times in milliseconds. */
export interface CompactionPolicy {
  /** Younger events are never let go: continue tokens and watches of the last minutes must work. */
  readonly keepAtLeast: number;
  /** Older events are let go. */
  readonly keepAtMost: number;
  /** Above this size, events are let go as far as `keepAtLeast` allows. */
  readonly maxBytes: number;
  /** Revisions that one step may pass, so that a step fits into one slice of work. */
  readonly step: number;
  /** Smallest step that is worth a write, where age alone asks for it. */
  readonly worthwhile: number;
}

export const DEFAULT_COMPACTION: CompactionPolicy = {
  keepAtLeast: 5 * 60_000,
  keepAtMost: 24 * 3_600_000,
  maxBytes: 256 * 1024 * 1024,
  step: 2_000,
  worthwhile: 100,
};

/**
 * The revision to compact at now; `log.compacted` where nothing is to be done. One step: where it is above
 * `log.compacted`, the caller compacts at it and asks again in its next slice.
 */
export function compactionTarget(
  log: Pick<EventLog, 'compacted' | 'bytes' | 'revisionAt'>,
  now: number,
  policy: CompactionPolicy = DEFAULT_COMPACTION,
): number {
  const { compacted } = log;
  const tooLarge = log.bytes() > policy.maxBytes;
  const target = log.revisionAt(
    now - (tooLarge ? policy.keepAtLeast : Math.max(policy.keepAtLeast, policy.keepAtMost)),
  );
  if (target - compacted < (tooLarge ? 1 : policy.worthwhile)) return compacted;
  return Math.min(target, compacted + policy.step);
}
