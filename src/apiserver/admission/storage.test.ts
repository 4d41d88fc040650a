import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import type { Answer } from '../testing/rig.ts';
import { metaOf, Rig } from '../testing/rig.ts';

const CLAIMS = '/api/v1/namespaces/default/persistentvolumeclaims';
const CLASSES = '/apis/storage.k8s.io/v1/storageclasses';
const DEFAULT = 'storageclass.kubernetes.io/is-default-class';

function aClass(rig: Rig, name: string, members: JsonObject = {}, annotations: JsonObject = {}): void {
  const body = { metadata: { name, annotations }, provisioner: 'p.example', ...members };
  expect(rig.send('POST', CLASSES, { body }).status).toBe(201);
}

function aClaim(rig: Rig, name: string, spec: JsonObject = {}, annotations: JsonObject = {}): Answer {
  const resources = { requests: { storage: '1Gi' } };
  const body = { metadata: { name, annotations }, spec: { accessModes: ['ReadWriteOnce'], resources, ...spec } };
  return rig.send('POST', CLAIMS, { body });
}

function classOf({ body }: Answer): unknown {
  return (body['spec'] as JsonObject)['storageClassName'];
}

describe('DefaultStorageClass: TestAdmission', () => {
  test('no default, no modification of PVCs', () => {
    const rig = new Rig();
    aClass(rig, 'c');
    expect(classOf(aClaim(rig, 'a'))).toBeUndefined();
  });

  test('one default, modify PVC with class=nil; others name theirs', () => {
    const rig = new Rig();
    aClass(rig, 'c', {}, { [DEFAULT]: 'true' });
    aClass(rig, 'd', {}, { [DEFAULT]: 'false' });
    expect(classOf(aClaim(rig, 'a'))).toBe('c');
    expect(classOf(aClaim(rig, 'b', { storageClassName: '' }))).toBe('');
    expect(classOf(aClaim(rig, 'c', { storageClassName: 'x' }))).toBe('x');
    expect(classOf(aClaim(rig, 'd', {}, { 'volume.beta.kubernetes.io/storage-class': 'x' }))).toBeUndefined();
  });

  test('two defaults: the newest, of two as new the first by name', () => {
    const rig = new Rig();
    aClass(rig, 'b', {}, { [DEFAULT]: 'true' });
    aClass(rig, 'a', {}, { 'storageclass.beta.kubernetes.io/is-default-class': 'true' });
    expect(classOf(aClaim(rig, 'x'))).toBe('a');
    rig.clock.at += 5000;
    aClass(rig, 'c', {}, { [DEFAULT]: 'true' });
    expect(classOf(aClaim(rig, 'y'))).toBe('c');
  });
});

describe('StorageObjectInUseProtection: TestAdmit', () => {
  test('claims, volumes and classes of attributes are held, once', () => {
    const rig = new Rig();
    expect(metaOf(aClaim(rig, 'a').body)['finalizers']).toEqual(['kubernetes.io/pvc-protection']);
    const spec = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } };
    const metadata = { name: 'v', finalizers: ['kubernetes.io/pv-protection'] };
    const volume = rig.send('POST', '/api/v1/persistentvolumes', { body: { metadata, spec } });
    expect(metaOf(volume.body)['finalizers']).toEqual(['kubernetes.io/pv-protection']);
    const made = rig.send('POST', '/apis/storage.k8s.io/v1/volumeattributesclasses', {
      body: { metadata: { name: 'g' }, driverName: 'd.example', parameters: { a: 'b' } },
    });
    expect(metaOf(made.body)['finalizers']).toEqual(['kubernetes.io/vac-protection']);
  });
});

describe('PersistentVolumeClaimResize: TestPVCResizeAdmission', () => {
  function resize(storageClassName: string, phase: string, storage: string): Answer {
    const rig = new Rig();
    aClass(rig, 'grows', { allowVolumeExpansion: true });
    aClass(rig, 'stays', { allowVolumeExpansion: false });
    const made = aClaim(rig, 'a', { storageClassName, volumeName: 'v' }).body;
    const status = { phase, capacity: { storage: '1Gi' } };
    const bound = rig.send('PUT', `${CLAIMS}/a/status`, { body: { ...made, status } }).body;
    const spec = { ...(bound['spec'] as JsonObject), resources: { requests: { storage } } };
    return rig.send('PUT', `${CLAIMS}/a`, { body: { ...bound, spec } });
  }

  test.each([
    ['grows', 'Bound', '2Gi', undefined],
    ['grows', 'Bound', '1Gi', undefined],
    [
      'stays',
      'Bound',
      '2Gi',
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    ],
    [
      'none',
      'Bound',
      '2Gi',
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    ],
  ])('class %s, %s, %s', (name, phase, storage, why) => {
    const answer = resize(name, phase, storage);
    expect(answer.status).toBe(why === undefined ? 200 : 403);
    expect(answer.body['message']).toBe(why && `persistentvolumeclaims "a" is forbidden: ${why}`);
  });
});

describe('DefaultIngressClass: TestAdmission', () => {
  const INGRESSES = '/apis/networking.k8s.io/v1/namespaces/default/ingresses';
  const IS_DEFAULT = 'ingressclass.kubernetes.io/is-default-class';

  function ingressClass(annotations: JsonObject, spec: JsonObject = {}): unknown {
    const rig = new Rig();
    for (const [name, value] of [
      ['a', 'false'],
      ['b', 'true'],
    ]) {
      const body = {
        metadata: { name: name ?? '', annotations: { [IS_DEFAULT]: value ?? '' } },
        spec: { controller: 'e.com/c' },
      };
      rig.send('POST', '/apis/networking.k8s.io/v1/ingressclasses', { body });
    }
    const backend = { service: { name: 's', port: { number: 80 } } };
    const body = { metadata: { name: 'i', annotations }, spec: { defaultBackend: backend, ...spec } };
    return (rig.send('POST', INGRESSES, { body }).body['spec'] as JsonObject)['ingressClassName'];
  }

  test('the default class, unless one is named in either way', () => {
    expect(ingressClass({})).toBe('b');
    expect(ingressClass({}, { ingressClassName: 'a' })).toBe('a');
    expect(ingressClass({ 'kubernetes.io/ingress.class': 'x' })).toBeUndefined();
  });
});
