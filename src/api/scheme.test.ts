import { expect, test } from 'vitest';
import { resourceName } from './kind.ts';
import type { KubeObject } from './object.ts';
import { KINDS, Scheme } from './scheme.ts';
import { definition } from '../schema/table.ts';

const scheme = new Scheme();

test('kinds are found by resource, by kind and by log resource', () => {
  expect(scheme.byResource('apps', 'v1', 'deployments')?.kind).toBe('Deployment');
  expect(scheme.byKind('', 'v1', 'Pod')?.resource).toBe('pods');
  expect(scheme.byLogResource('leases.coordination.k8s.io')?.kind).toBe('Lease');
  expect(scheme.byResource('apps', 'v2', 'deployments')).toBeUndefined();
});

test('rows of Events are those of core/v1', () => {
  expect(scheme.byLogResource('events')?.group).toBe('');
  expect(scheme.byLogResource('events.events.k8s.io')).toBeUndefined();
});

test('groups come in the order of discovery', () => {
  const groups = scheme.groups().map(({ group }) => group);
  const some = ['', 'apps', 'events.k8s.io', 'authorization.k8s.io', 'networking.k8s.io', 'discovery.k8s.io'];
  expect(groups.filter((group) => some.includes(group))).toEqual(some);
});

test('every kind stands once, has a definition, and lists the fields it selects by', () => {
  const stored = KINDS.filter(({ storedAs }) => storedAs === undefined);
  expect(new Set(stored.map((kind) => resourceName(kind))).size).toBe(stored.length);
  for (const kind of KINDS) expect(definition(kind.definition), kind.definition).toBeDefined();
});

test('who can be listed by node is found by its index', () => {
  const bound = { metadata: { name: 'a', namespace: 'a' }, spec: { nodeName: 'n' } } as unknown as KubeObject;
  const kinds = KINDS.filter(({ fieldLabels }) => fieldLabels?.includes('spec.nodeName') === true);
  expect(kinds.length).toBeGreaterThan(1);
  for (const kind of kinds) expect(kind.terms?.(bound), kind.resource).toEqual(['node:n']);
});

test('an Event reads the same through both groups', () => {
  const kind = scheme.byResource('events.k8s.io', 'v1', 'events');
  const stored = {
    kind: 'Event',
    apiVersion: 'v1',
    metadata: {
      name: 'e',
      namespace: 'default',
      uid: 'u',
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    involvedObject: { kind: 'Pod', name: 'p' },
    reason: 'Started',
    message: 'it went well',
    source: { component: 'kubelet', host: 'n1' },
    firstTimestamp: '2026-01-01T00:00:00Z',
    lastTimestamp: '2026-01-01T00:00:00Z',
    count: 3,
    type: 'Normal',
    eventTime: null,
    reportingComponent: 'kubelet',
    reportingInstance: 'n1',
  };
  const served = kind?.storedAs?.fromStored(stored);
  expect(served).toMatchObject({ note: 'it went well', regarding: { name: 'p' }, deprecatedCount: 3 });
  expect(kind?.storedAs?.toStored(served!)).toEqual(stored);
  const core = scheme.byKind('', 'v1', 'Event');
  const now = Date.parse('2026-01-01T00:01:00Z');
  expect(kind?.printer.cells(served!, now)).toEqual(core?.printer.cells(stored, now));
});
