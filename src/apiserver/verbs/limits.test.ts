// The limits of objects and options, each at the bound and beyond it.

import { beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { MAPS, Rig } from '../testing/rig.ts';

const JSON_PATCH = { 'content-type': 'application/json-patch+json' };

describe('limits', () => {
  let rig: Rig;

  beforeEach(() => {
    rig = new Rig();
  });

  const create = (metadata: JsonObject, rest: JsonObject = {}, query = '') =>
    rig.send('POST', MAPS + query, { body: { apiVersion: 'v1', kind: 'ConfigMap', metadata, ...rest } });

  it('annotations: 256 KiB of keys and values in all', () => {
    const fits = { a: 'x'.repeat(262_144 - 1) };
    expect(create({ name: 'fits', annotations: fits }).status).toBe(201);
    const { status, body } = create({ name: 'more', annotations: { ...fits, b: '' } });
    expect(status).toBe(422);
    expect(body['message']).toBe(
      'ConfigMap "more" is invalid: metadata.annotations: Too long: may not be more than 262144 bytes',
    );
  });

  it('label values: 63 characters, label keys: 63 behind a prefix of 253', () => {
    const prefix = `${'a'.repeat(61)}.`.repeat(4) + 'b'.repeat(5);
    expect(create({ name: 'fits', labels: { [`${prefix}/${'k'.repeat(63)}`]: 'v'.repeat(63) } }).status).toBe(201);
    expect(create({ name: 'value', labels: { k: 'v'.repeat(64) } }).body['message']).toContain(
      'must be no more than 63 bytes',
    );
    expect(create({ name: 'key', labels: { ['k'.repeat(64)]: '' } }).status).toBe(422);
    expect(create({ name: 'prefix', labels: { [`${'p'.repeat(254)}/k`]: '' } }).status).toBe(422);
  });

  it('names: 253 characters; generateName is cut to fit into 63', () => {
    expect(create({ name: 'n'.repeat(253) }).status).toBe(201);
    expect(create({ name: 'n'.repeat(254) }).status).toBe(422);
    const { status, body } = create({ generateName: 'g'.repeat(100) });
    expect(status).toBe(201);
    expect((body['metadata'] as JsonObject)['name']).toMatch(/^g{58}[a-z0-9]{5}$/);
  });

  it('fieldManager: 128 characters, all of them printable', () => {
    expect(create({ name: 'fits' }, {}, `?fieldManager=${'m'.repeat(128)}`).status).toBe(201);
    const long = create({ name: 'long' }, {}, `?fieldManager=${'m'.repeat(129)}`);
    expect(long.status).toBe(422);
    expect(long.body['message']).toContain('fieldManager: Too long: may not be more than 128 bytes');
    expect(create({ name: 'tab' }, {}, '?fieldManager=a%09b').body['message']).toContain(
      'invalid character U+0009 (at position 1)',
    );
  });

  it('an object: 1.5 MiB as stored, a ConfigMap 1 MiB', () => {
    expect(create({ name: 'map' }, { data: { a: 'x'.repeat(1_048_577) } }).status).toBe(422);
    const made = create({ name: 'fits', finalizers: ['a.b/c'] }, { data: { a: 'x'.repeat(1_000_000) } });
    expect(made.status).toBe(201);
    const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p'.repeat(200) };
    const ownerReferences = Array.from({ length: 3000 }, (_, index) => ({ ...owner, uid: String(index) }));
    const more = create({ name: 'more', ownerReferences }, { data: { a: 'x'.repeat(1_000_000) } });
    expect([more.status, more.body['reason']]).toEqual([413, 'RequestEntityTooLarge']);
  });

  it('a JSON patch: 10,000 operations', () => {
    rig.configMap('kept', { data: { a: '1' } });
    const tests = (count: number) => Array.from({ length: count }, () => ({ op: 'test', path: '/data/a', value: '1' }));
    expect(rig.send('PATCH', `${MAPS}/kept`, { body: tests(10_000), headers: JSON_PATCH }).status).toBe(200);
    expect(rig.send('PATCH', `${MAPS}/kept`, { body: tests(10_001), headers: JSON_PATCH }).status).toBe(413);
  });

  it('depth: what is nested a thousand levels is read, more is refused', () => {
    const nested = (depth: number): string => `${'{"x":'.repeat(depth)}1${'}'.repeat(depth)}`;
    const post = (depth: number) =>
      rig.send('POST', MAPS, {
        body: `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"d"},"y":${nested(depth)}}`,
      });
    expect(post(990).status).toBe(201);
    expect(post(1001)).toMatchObject({ status: 400 });
  });

  it('what is not UTF-8 becomes U+FFFD, as in Go', () => {
    const text = new TextDecoder().decode(Uint8Array.of(0x61, 0xff, 0x62));
    create({ name: 'bytes' }, { data: { a: text } });
    expect(rig.get(`${MAPS}/bytes`).body['data']).toEqual({ a: 'a\uFFFDb' });
  });
});
