import { describe, expect, it } from 'vitest';
import { compactionTarget, DEFAULT_COMPACTION } from './compaction.ts';
import { MemoryLog } from './memory-log.ts';
import { pod, put } from './testing/harness.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A log of one event a minute, numbered by its minute. */
function minutes(count: number): MemoryLog {
  const log = new MemoryLog();
  for (let minute = 1; minute <= count; minute++) put(log, pod('a'), { at: minute * MINUTE });
  return log;
}

describe('compactionTarget', () => {
  it('lets go what is older than keepAtMost', () => {
    const log = minutes(26 * 60);
    expect(compactionTarget(log, 26 * HOUR)).toBe(120);
    expect(compactionTarget(log, 24 * HOUR)).toBe(0);
  });

  it('waits until age alone is worth a write', () => {
    const log = minutes(26 * 60);
    expect(compactionTarget(log, 24 * HOUR + 99 * MINUTE)).toBe(0);
    expect(compactionTarget(log, 24 * HOUR + 100 * MINUTE)).toBe(100);
  });

  it('lets more go where the log is too large, but never the last minutes', () => {
    const log = minutes(60);
    const policy = { ...DEFAULT_COMPACTION, maxBytes: 100 };
    expect(compactionTarget(log, HOUR, policy)).toBe(55);
    expect(compactionTarget(log, HOUR + 4 * MINUTE, policy)).toBe(59);
    log.compact(59);
    expect(compactionTarget(log, HOUR + 4 * MINUTE, policy)).toBe(59);
  });

  it('goes in steps, and stops when the log is small enough', () => {
    const log = minutes(60);
    const each = log.bytes() / 60;
    const policy = { ...DEFAULT_COMPACTION, maxBytes: each * 30, step: 10 };
    const targets: number[] = [];
    for (
      let target = compactionTarget(log, HOUR, policy);
      target > log.compacted;
      target = compactionTarget(log, HOUR, policy)
    ) {
      targets.push(target);
      log.compact(target);
    }
    expect(targets).toEqual([10, 20, 30, 40]);
    expect(log.bytes()).toBeLessThanOrEqual(policy.maxBytes);
  });

  it('never goes above the last minutes where keepAtMost is shorter than keepAtLeast', () => {
    const policy = { ...DEFAULT_COMPACTION, keepAtMost: 0, worthwhile: 1 };
    expect(compactionTarget(minutes(60), HOUR, policy)).toBe(55);
  });
});
