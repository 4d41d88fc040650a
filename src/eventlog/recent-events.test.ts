import { describe, expect, it } from 'vitest';
import type { LogEvent } from './log.ts';
import { RecentEvents } from './recent-events.ts';

function event(rev: number, object = '12345'): LogEvent {
  const key = { resource: 'pods', namespace: 'default', name: `p${rev}` };
  return { ...key, rev, at: 0, actor: '', agent: '', cause: 0, verb: 'create', uid: '', previous: 0, object };
}

function filled(limit: number, head: number): RecentEvents {
  const events = new RecentEvents(limit);
  for (let rev = 1; rev <= head; rev++) events.add(event(rev));
  return events;
}

const revisions = (events: readonly LogEvent[] | undefined) => events?.map(({ rev }) => rev);

describe('RecentEvents', () => {
  it('gives what follows a revision, and nothing where the first of it is not held', () => {
    const events = filled(15, 5);
    expect(revisions(events.after(2, 10))).toEqual([3, 4, 5]);
    expect(revisions(events.after(3, 1))).toEqual([4]);
    expect(events.after(1, 10)).toBeUndefined();
    expect([events.get(2), events.get(3)?.rev]).toEqual([undefined, 3]);
  });

  it('forgets what was undone before its revisions are given to others', () => {
    const events = filled(100, 5);
    events.undo(3);
    events.add(event(4, 'other'));
    expect(events.after(2, 10)?.map(({ object }) => object)).toEqual(['12345', 'other']);
  });

  it('forgets what is compacted, and all of it', () => {
    const events = filled(100, 5);
    events.compact(3);
    expect(events.after(2, 10)).toBeUndefined();
    expect(revisions(events.after(3, 10))).toEqual([4, 5]);
    events.clear();
    expect(events.get(5)).toBeUndefined();
  });

  it('holds nothing of an event that is larger than the bound', () => {
    const events = filled(15, 2);
    events.add(event(3, 'x'.repeat(16)));
    expect(events.after(0, 10)).toBeUndefined();
    expect(events.get(3)).toBeUndefined();
    events.add(event(4));
    expect(revisions(events.after(3, 10))).toEqual([4]);
  });
});
