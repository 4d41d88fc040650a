import { describe, expect, test } from 'vitest';
import { fieldErrorText } from '../../schema/field-error.ts';
import { labelNameErrors } from '../../schema/names.ts';
import type { ObjectMeta } from '../types/meta-v1.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from './object-meta.ts';

const texts = (meta: ObjectMeta, namespaced = true): string[] =>
  validateObjectMeta(meta, { namespaced }).map(fieldErrorText);
const changes = (meta: ObjectMeta, old: ObjectMeta): string[] => [
  ...new Set(validateObjectMetaUpdate(meta, old, { namespaced: true }).map(fieldErrorText)),
];

describe('create', () => {
  test('a good one', () => {
    expect(
      texts({ name: 'web.1', namespace: 'default', labels: { 'a/b': '' }, finalizers: ['orphan', 'x.io/y'] }),
    ).toEqual([]);
  });

  test('names', () => {
    expect(texts({ namespace: 'default' })).toEqual([
      'metadata.name: Required value: name or generateName is required',
    ]);
    expect(texts({ name: 'a', generateName: 'Gen_', namespace: 'default' })).toHaveLength(1);
    expect(texts({ name: 'gen-x', generateName: 'gen-', namespace: 'default' })).toEqual([]);
    expect(
      validateObjectMeta({ name: 'a.b', namespace: 'n' }, { namespaced: true, validateName: labelNameErrors }),
    ).toHaveLength(1);
  });

  test('namespaces', () => {
    expect(texts({ name: 'a' })).toEqual(['metadata.namespace: Required value']);
    expect(texts({ name: 'a', namespace: 'b' }, false)).toEqual([
      'metadata.namespace: Forbidden: not allowed on this type',
    ]);
  });

  test('owners', () => {
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: '1' };
    const of = (...ownerReferences: unknown[]): string[] =>
      texts({
        name: 'a',
        namespace: 'n',
        ownerReferences: ownerReferences as NonNullable<ObjectMeta['ownerReferences']>,
      });
    expect(of({ ...owner, uid: '' })).toEqual(['metadata.ownerReferences.uid: Invalid value: "": must not be empty']);
    expect(of({ ...owner, apiVersion: 'a/b/c' })).toEqual([
      'metadata.ownerReferences.apiVersion: Invalid value: "a/b/c": version must not be empty',
    ]);
    expect(of({ ...owner, kind: 'Event' })).toEqual([
      'metadata.ownerReferences: Invalid value: {"apiVersion":"v1","kind":"Event","name":"x","uid":"1"}: /v1, Kind=Event is disallowed from being an owner',
    ]);
    expect(of({ ...owner, controller: true }, { ...owner, name: 'y', controller: true })[0]).toContain(
      'Only one reference can have Controller set to true. Found "true" in references for ConfigMap/x and ConfigMap/y',
    );
  });

  test('annotations may hold 256 KiB', () => {
    const meta = (size: number): ObjectMeta => ({
      name: 'a',
      namespace: 'n',
      annotations: { k: 'x'.repeat(size - 1) },
    });
    expect(texts(meta(262_144))).toEqual([]);
    expect(texts(meta(262_145))).toEqual(['metadata.annotations: Too long: may not be more than 262144 bytes']);
  });
});

describe('update', () => {
  const old: ObjectMeta = {
    name: 'a',
    namespace: 'n',
    uid: 'u',
    generation: 3,
    creationTimestamp: '2026-01-01T00:00:00Z',
  };

  test('what may not change', () => {
    expect(changes({ ...old, labels: { a: 'b' } }, old)).toEqual([]);
    expect(changes({ ...old, deletionTimestamp: '2024-01-01T00:00:00Z' }, old)).toEqual([
      'metadata.deletionTimestamp: Invalid value: "2024-01-01T00:00:00Z": field is immutable',
    ]);
    expect(changes({ ...old, uid: 'v' }, old)).toEqual(['metadata.uid: Invalid value: "v": field is immutable']);
    expect(changes({ ...old, generation: 2 }, old)).toEqual([
      'metadata.generation: Invalid value: 2: must not be decremented',
    ]);
  });

  test('an object being deleted gets no new finalizers', () => {
    const deleted = { ...old, deletionTimestamp: '2026-01-02T00:00:00Z', finalizers: ['example.org/f'] };
    expect(changes({ ...deleted, finalizers: [] }, deleted)).toEqual([]);
    expect(changes({ ...deleted, finalizers: ['example.org/f', 'example.org/g'] }, deleted)).toEqual([
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.org/g"}',
    ]);
  });
});
