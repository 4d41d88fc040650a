import { expect, test } from 'vitest';
import { itemMessageOf, messageOfKind } from '../schema/protobuf/messages.ts';
import { apiVersionOf } from './kind.ts';
import { KINDS } from './scheme.ts';

const named = KINDS.map((kind) => [`${apiVersionOf(kind)} ${kind.kind}`, kind] as const);

test.each(named)('%s has a message of protobuf, and so has its list', (_name, kind) => {
  const message = messageOfKind(apiVersionOf(kind), kind.kind);
  expect(message).toBeDefined();
  const listed = kind.verbs === undefined || kind.verbs.includes('list');
  const list = messageOfKind(apiVersionOf(kind), `${kind.kind}List`);
  if (listed) expect(itemMessageOf(list ?? '')).toBe(message);
});

test('a subresource has one as well', () => {
  for (const [apiVersion, kind] of [
    ['autoscaling/v1', 'Scale'],
    ['policy/v1', 'Eviction'],
    ['authentication.k8s.io/v1', 'TokenRequest'],
    ['v1', 'Binding'],
    ['v1', 'Status'],
    ['apps/v1', 'DeleteOptions'],
    ['meta.k8s.io/v1', 'PartialObjectMetadata'],
    ['meta.k8s.io/v1', 'PartialObjectMetadataList'],
    ['meta.k8s.io/v1beta1', 'PartialObjectMetadataList'],
    ['v1', 'APIResourceList'],
    ['v1', 'APIVersions'],
  ]) {
    expect(messageOfKind(apiVersion ?? '', kind ?? '')).toBeDefined();
  }
  expect(messageOfKind('meta.k8s.io/v1', 'Table')).toBeUndefined();
  expect(messageOfKind('example.com/v1', 'Pod')).toBeUndefined();
});
