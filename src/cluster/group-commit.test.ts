import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GroupCommit } from './group-commit.ts';

/** A store of numbers whose transactions nest, and that counts its outermost ones. */
function fakeStore() {
  const store = { rows: [] as number[], commits: 0, breakCommit: false };
  let depth = 0;
  const transaction = (body: () => void): void => {
    const before = [...store.rows];
    depth++;
    try {
      body();
      if (depth === 1 && store.breakCommit) throw new Error('disk full');
    } catch (error) {
      store.rows = before;
      throw error;
    } finally {
      depth--;
    }
    if (depth === 0) store.commits++;
  };
  return { store, transaction };
}

/** Waits for all, some of which are there at once. */
async function all(answers: ReadonlyArray<string | Promise<string>>): Promise<string[]> {
  const settled: string[] = [];
  for (const answer of answers) settled.push(await answer);
  return settled;
}

const failed = (error: unknown): string => `failed: ${(error as Error).message}`;

describe('GroupCommit', () => {
  it('commits writes that come one after the other at once, but for a probe', async () => {
    const { store, transaction } = fakeStore();
    const group = new GroupCommit<string>({ transaction, failed });
    let waited = 0;
    for (let row = 1; row <= 64; row++) {
      const answer = group.submit(() => `row ${store.rows.push(row)}`);
      if (typeof answer !== 'string') waited++;
      expect(await answer).toBe(`row ${row}`);
      expect(store.commits).toBe(row);
    }
    expect(waited).toBeLessThanOrEqual(8);
  });

  it('notices company within a few writes', async () => {
    const { store, transaction } = fakeStore();
    const group = new GroupCommit<string>({ transaction, failed });
    const write = async (): Promise<void> => void (await group.submit(() => `row ${store.rows.push(1)}`));
    for (let i = 0; i < 20; i++) await write();
    const before = store.commits;
    for (let round = 0; round < 20; round++) await Promise.all(Array.from({ length: 8 }, write));
    expect(store.rows).toHaveLength(180);
    expect(store.commits - before).toBeLessThan(60);
  });

  it('puts writes that come together into one transaction, in order', async () => {
    const { store, transaction } = fakeStore();
    const group = new GroupCommit<string>({ transaction, failed });
    const answers = [1, 2, 3].map((row) => group.submit(() => `row ${store.rows.push(row)}`));
    expect(await all(answers)).toEqual(['row 1', 'row 2', 'row 3']);
    expect(store).toMatchObject({ rows: [1, 2, 3], commits: 1 });
  });

  it('undoes a write that throws, and that one alone', async () => {
    const { store, transaction } = fakeStore();
    const group = new GroupCommit<string>({ transaction, failed });
    const good = (row: number) => () => {
      store.rows.push(row);
      return 'ok';
    };
    const bad = (): string => {
      store.rows.push(99);
      throw new Error('bug');
    };
    const answers = await all([good(1), bad, good(2)].map((run) => group.submit(run)));
    expect(answers).toEqual(['ok', 'failed: bug', 'ok']);
    expect(store.rows).toEqual([1, 2]);
  });

  it('answers every write of a group whose commit failed with that failure', async () => {
    const { store, transaction } = fakeStore();
    store.breakCommit = true;
    const group = new GroupCommit<string>({ transaction, failed });
    const answers = [1, 2].map((row) =>
      group.submit(() => {
        store.rows.push(row);
        return 'ok';
      }),
    );
    expect(await all(answers)).toEqual(['failed: disk full', 'failed: disk full']);
    expect(store.rows).toEqual([]);
  });

  it('answers every write once and keeps what was answered ok, however they arrive', async () => {
    const arrivals = fc.array(fc.record({ throws: fc.boolean(), pause: fc.boolean() }), {
      maxLength: 600,
    });
    await fc.assert(
      fc.asyncProperty(arrivals, async (writes) => {
        const { store, transaction } = fakeStore();
        const group = new GroupCommit<string>({ transaction, failed });
        const answers: Array<string | Promise<string>> = [];
        for (const [row, { throws, pause }] of writes.entries()) {
          if (pause) await new Promise((resolve) => void setTimeout(resolve, 0));
          const run = (): string => {
            store.rows.push(row);
            if (throws) throw new Error('bug');
            return `ok ${row}`;
          };
          answers.push(group.submit(run));
        }
        const settled = await all(answers);
        const kept = writes.flatMap(({ throws }, row) => (throws ? [] : [row]));
        expect(settled).toEqual(writes.map(({ throws }, row) => (throws ? 'failed: bug' : `ok ${row}`)));
        expect(store.rows).toEqual(kept);
      }),
      { numRuns: 30 },
    );
  });
});
