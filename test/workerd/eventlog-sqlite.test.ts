// What is particular to the SQLite log: its tables, their versions, restarts, tampering, query plans.

import { abortAllDurableObjects, env, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { migrate } from '../../src/eventlog/migrate.ts';
import * as sql from '../../src/eventlog/sql.ts';
import { SqliteLog } from '../../src/eventlog/sqlite-log.ts';
import { names, pod, put, remove, termsOf } from '../../src/eventlog/testing/harness.ts';
import { verify } from '../../src/eventlog/verify.ts';

const objects = (env as unknown as { BARE: DurableObjectNamespace }).BARE;

function inObject(body: (storage: DurableObjectStorage) => void, name: string = crypto.randomUUID()): Promise<void> {
  return runInDurableObject(objects.getByName(name), (_object, { storage }) => body(storage));
}

function tables(storage: DurableObjectStorage): string[] {
  const found = storage.sql.exec<{ name: string }>(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`);
  return found
    .toArray()
    .map((row) => row.name)
    .filter((name) => !name.startsWith('_cf') && !name.startsWith('sqlite'));
}

describe('migrate', () => {
  it('makes all tables, once', () =>
    inObject((storage) => {
      migrate(storage);
      const made = ['cursors', 'events', 'meta', 'objects', 'terms', 'timers'];
      expect(tables(storage)).toEqual(made);
      migrate(storage);
      expect(tables(storage)).toEqual(made);
    }));

  it('applies only what is missing, in order', () =>
    inObject((storage) => {
      migrate(storage, ['CREATE TABLE first (a)']);
      migrate(storage, ['CREATE TABLE first (a)', 'CREATE TABLE second (a); INSERT INTO second SELECT a FROM first']);
      expect(tables(storage)).toEqual(['first', 'meta', 'second']);
    }));

  it('changes nothing where one fails', () =>
    inObject((storage) => {
      expect(() => migrate(storage, ['CREATE TABLE first (a)', 'not SQL'])).toThrow('syntax error');
      expect(tables(storage)).toEqual([]);
    }));

  it('refuses data of a newer version', () =>
    inObject((storage) => {
      migrate(storage, ['SELECT 1', 'SELECT 2', 'SELECT 3']);
      expect(() => new SqliteLog(storage)).toThrow('schema version 3, this program knows only 2');
      expect(tables(storage)).toEqual(['meta']);
    }));
});

describe('SQLite log', () => {
  it('is found again by an object that starts anew', async () => {
    const name = crypto.randomUUID();
    await inObject((storage) => {
      const log = new SqliteLog(storage);
      for (const other of ['a', 'b']) put(log, pod(other), { terms: ['t'] });
      remove(log, pod('a'));
      log.compact(2);
    }, name);
    await abortAllDurableObjects();
    await inObject((storage) => {
      const log = new SqliteLog(storage);
      expect([log.head, log.compacted, names(log.byTerm('t'))]).toEqual([3, 2, ['default/b']]);
    }, name);
  });

  it('counts bytes right across its saved counts', () =>
    inObject((storage) => {
      const log = new SqliteLog(storage);
      log.transaction(() => {
        for (let i = 0; i < 1030; i++) put(log, pod(`p${i % 500}`));
      });
      expect(() =>
        log.transaction(() => {
          for (let i = 0; i < 1100; i++) put(log, pod(`q${i}`));
          throw new Error('undo');
        }),
      ).toThrow('undo');
      const sum = storage.sql.exec<{ sum: number }>('SELECT sum(octet_length(object)) AS sum FROM events').one().sum;
      expect([log.bytes(), new SqliteLog(storage).bytes()]).toEqual([sum, sum]);
      log.compact(1020);
      expect(log.bytes()).toBeLessThan(sum);
      put(log, pod('after'));
      expect(new SqliteLog(storage).bytes()).toBe(log.bytes());
    }));

  it('a text that is too large for a row changes nothing', () =>
    inObject((storage) => {
      const log = new SqliteLog(storage);
      put(log, pod('a'), { terms: ['t'] });
      expect(() => put(log, pod('a'), { labels: { big: 'x'.repeat(17 * 1024 * 1024) } })).toThrow('TOOBIG');
      expect([log.head, log.get(pod('a'))?.rev, names(log.byTerm('t'))]).toEqual([1, 1, ['default/a']]);
      expect(verify(log, () => ['t'])).toEqual([]);
    }));

  const TAMPERINGS: Readonly<Record<string, string>> = {
    'a lost object': `DELETE FROM objects WHERE path = 'default/a'`,
    'an invented object': `INSERT INTO objects (resource, path, rev, terms) VALUES ('secrets', 'default/x', 1, '[]')`,
    'an object at an old revision': `UPDATE objects SET rev = 1 WHERE path = 'default/a'`,
    'a lost term': `DELETE FROM terms WHERE path = 'default/b'`,
    'a stale term': `INSERT INTO terms (term, resource, path) VALUES ('v:1', 'pods', 'default/a')`,
    'a changed text': `UPDATE events SET object = '{"metadata":{"labels":{"v":"12"}}}' WHERE rev = 2`,
  };
  for (const [what, statement] of Object.entries(TAMPERINGS)) {
    it(`verify finds ${what}, and rebuild mends what is projected`, () =>
      inObject((storage) => {
        const log = new SqliteLog(storage);
        put(log, pod('a'), { labels: { v: '1' }, terms: ['v:1'] });
        put(log, pod('a'), { labels: { v: '2' }, terms: ['v:2'] });
        put(log, pod('b'), { labels: { v: '2' }, terms: ['v:2'] });
        expect(verify(log, termsOf)).toEqual([]);
        storage.sql.exec(statement);
        expect(verify(log, termsOf)).not.toEqual([]);
        log.rebuild(termsOf);
        const left = verify(log, termsOf).map((difference) => difference.what);
        expect(left).toEqual(what === 'a changed text' ? ['bytes'] : []);
      }));
  }

  it('rebuilds byte for byte', () =>
    inObject((storage) => {
      const log = new SqliteLog(storage);
      for (let i = 0; i < 1200; i++)
        put(log, pod(`p${i % 700}`, `ns${i % 3}`), { labels: { v: `${i % 9}` }, terms: [`v:${i % 9}`] });
      const dump = (): unknown =>
        ['objects', 'terms'].map((table) => storage.sql.exec(`SELECT * FROM ${table} ORDER BY 1, 2, 3`).toArray());
      const live = dump();
      log.rebuild(termsOf);
      expect(dump()).toEqual(live);
    }));

  it('no statement of a request reads more than its rows', () =>
    inObject((storage) => {
      migrate(storage);
      for (const [name, statement] of Object.entries(sql)) {
        if (['META', 'CLEAR_OBJECTS', 'CLEAR_TERMS'].includes(name)) continue;
        const bindings = Array.from(statement.matchAll(/\?/g), () => 1);
        const plan = storage.sql.exec<{ detail: string }>(`EXPLAIN QUERY PLAN ${statement}`, ...bindings).toArray();
        const details = plan.map((row) => row.detail).join('; ');
        expect(details, name).not.toContain('TEMP B-TREE');
        // Walking the newest end of the log by its key is the one scan, and it stops at the first row.
        if (name !== 'NEWEST') expect(details, name).not.toMatch(/SCAN (events|objects|terms)\b/);
      }
    }));
});
