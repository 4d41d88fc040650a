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

// Upstream's apimachinery pkg/api/validation/objectmeta_test.go, by its names.
// Not applicable: TestValidateObjectMetaUpdateIgnoresCreationTimestamp (an update's preparation takes the stored one; see
// registry/update.ts), and the variant of these suites for objects behind an accessor.
describe('upstream', () => {
  const base: ObjectMeta = { name: 'test', namespace: 'ns', resourceVersion: '1' };
  const withFinalizers = (...finalizers: string[]): ObjectMeta => ({ ...base, finalizers });

  test('TestValidateObjectMetaCustomName', () => {
    const validateName = (value: string): string[] => (value === 'special' ? [] : ['special only']);
    const rules = { namespaced: false, validateName };
    expect(validateObjectMeta({ name: 'special', generateName: 'special' }, rules)).toEqual([]);
    expect(validateObjectMeta({ name: 'other' }, rules).map(fieldErrorText)).toEqual([
      'metadata.name: Invalid value: "other": special only',
    ]);
  });

  test('TestValidateObjectMetaNamespaces', () => {
    expect(texts({ name: 'test', namespace: 'foo.bar' })).toEqual([
      'metadata.namespace: Invalid value: "foo.bar": must not contain dots',
    ]);
    expect(texts({ name: 'test', namespace: 'a'.repeat(64) })[0]).toContain('must be no more than 63');
  });

  test.each([
    ['apiVersion', { kind: 'K', name: 'n', uid: '1' }, 'apiVersion: Invalid value: "": version must not be empty'],
    ['kind', { apiVersion: 'v1', name: 'n', uid: '1' }, 'kind: Invalid value: "": must not be empty'],
    ['name', { apiVersion: 'v1', kind: 'K', uid: '1' }, 'name: Invalid value: "": must not be empty'],
    ['uid', { apiVersion: 'v1', kind: 'K', name: 'n' }, 'uid: Invalid value: "": must not be empty'],
  ])('TestValidateObjectMetaOwnerReferences: without %s', (_field, reference, message) => {
    const ownerReferences = [{ apiVersion: '', kind: '', name: '', uid: '', ...reference }] as unknown as NonNullable<
      ObjectMeta['ownerReferences']
    >;
    expect(texts({ ...base, ownerReferences })).toEqual([`metadata.ownerReferences.${message}`]);
  });

  test('TestValidateFinalizersUpdate', () => {
    const deleted = { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 0 };
    const change = (old: readonly string[], next: readonly string[], more: ObjectMeta = {}): string[] =>
      changes({ ...withFinalizers(...next), ...more }, { ...withFinalizers(...old), ...more });
    expect(change(['x.com/a'], ['x.com/a', 'y.com/b'])).toEqual([]);
    expect(change(['x.com/a', 'y.com/b'], ['x.com/a'], deleted)).toEqual([]);
    expect(change(['x.com/a', 'y.com/b'], ['y.com/b', 'x.com/a'], deleted)).toEqual([]);
    expect(change(['x.com/a'], ['z.com/c', 'x.com/a', 'y.com/b'], deleted)[0]).toContain(
      'found new finalizers []string{"y.com/b", "z.com/c"}',
    );
  });

  test('TestValidateFinalizersPreventConflictingFinalizers', () => {
    expect(texts(withFinalizers('orphan', 'foregroundDeletion'))).toEqual([
      'metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set',
    ]);
    expect(texts(withFinalizers('orphan'))).toEqual([]);
    expect(texts(withFinalizers('foregroundDeletion'))).toEqual([]);
  });

  test.each([
    ['deletionTimestamp', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
    ['deletionGracePeriodSeconds', 5, 10],
  ])('TestValidateObjectMetaUpdatePreventsDeletionFieldMutation: %s', (key, one, two) => {
    expect(changes({ ...base, [key]: one }, { ...base, [key]: one })).toEqual([]);
    for (const [next, old] of [
      [two, one],
      [one, undefined],
      [undefined, one],
    ]) {
      const set = (value: unknown): ObjectMeta => (value === undefined ? base : { ...base, [key]: value });
      const shown = next === undefined ? 'null' : JSON.stringify(next);
      expect(changes(set(next), set(old))).toEqual([`metadata.${key}: Invalid value: ${shown}: field is immutable`]);
    }
  });

  test('TestObjectMetaGenerationUpdate', () => {
    const at = (generation?: number): ObjectMeta => (generation === undefined ? base : { ...base, generation });
    expect(changes(at(5), at(6))).toEqual(['metadata.generation: Invalid value: 5: must not be decremented']);
    expect(changes(at(6), at(6))).toEqual([]);
    expect(changes(at(6), at())).toEqual([]);
  });

  test('TestValidateObjectMetaTrimsTrailingSlash', () => {
    expect(texts({ name: 'test', generateName: 'foo-', namespace: 'ns' })).toEqual([]);
  });

  test('TestValidateAnnotations', () => {
    const of = (annotations: Record<string, string>): string[] => texts({ ...base, annotations });
    const size = 262_144;
    for (const key of ['note', 'a-b', '2-b', '42', 'example.com/note']) {
      expect(of({ [key]: 'bar' })).toEqual([]);
    }
    expect(of({ 'Example.COM/Some_Note.1': 'bar' })).toEqual([]);
    expect(of({ a: 'b'.repeat(size - 1) })).toEqual([]);
    expect(of({ a: 'b'.repeat(size / 2 - 1), c: 'd'.repeat(size / 2 - 1) })).toEqual([]);
    for (const key of ['a=b', 'note-', 'a/b/c', 'a'.repeat(254)]) {
      expect(of({ [key]: 'bar' })[0]).toMatch(/^metadata\.annotations: Invalid value: "/);
    }
    expect(of({ a: 'b'.repeat(size / 2), c: 'd'.repeat(size / 2) })).toEqual([
      'metadata.annotations: Too long: may not be more than 262144 bytes',
    ]);
  });

  test('many finalizers of an object that is being deleted are compared in a moment', () => {
    const finalizers = Array.from({ length: 100_000 }, (_, index) => `a.b/${index}`);
    const old = { ...withFinalizers(...finalizers), deletionTimestamp: '2026-01-01T00:00:00Z' };
    const started = performance.now();
    expect(validateObjectMetaUpdate(old, old, { namespaced: true })).toEqual([]);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
