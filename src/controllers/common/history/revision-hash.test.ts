import { describe, expect, it } from 'vitest';
import { revisionHash } from './revision-hash.ts';
import { templatePatch } from './revisions.ts';

const CONTAINER = {
  name: 'db',
  image: 'registry.example.org/db:9',
  resources: {},
  volumeMounts: [{ name: 'data', mountPath: '/data' }],
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  imagePullPolicy: 'IfNotPresent',
};
const TEMPLATE = {
  metadata: { labels: { app: 'db' } },
  spec: {
    containers: [CONTAINER],
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  },
};

describe('revision hash', () => {
  it('is that of a real control plane', () => {
    expect(revisionHash(templatePatch(TEMPLATE), 0)).toBe('5486f769d');
  });

  it('does not depend on the order of members, but on the count', () => {
    expect(revisionHash({ b: [{ d: 1, c: 2 }], a: 1 }, 0)).toBe(revisionHash({ a: 1, b: [{ c: 2, d: 1 }] }, 0));
    expect(revisionHash({ a: 1 }, 0)).not.toBe(revisionHash({ a: 1 }, 1));
  });

  it.each([
    ['{"10":"a","9":"b"}', { 9: 'b', 10: 'a' }, '6548cb79bd'],
    ['{"a":"\\u003cb\\u003e \\u0026"}', { a: '<b> &' }, '6d65d66f7'],
  ])('is taken of the text %s', (_, data, hash) => {
    expect(revisionHash(data, 0)).toBe(hash);
  });
});
