// After kubernetes pkg/registry/flowcontrol/ensurer/*_test.go.

import { describe, expect, it } from 'vitest';
import { defaultLevels, defaultSchemas } from '../../api/flowcontrol/v1/defaults.ts';
import type { FlowSchema, PriorityLevelConfiguration } from '../../api/types/flowcontrol-v1.ts';
import { clone } from '../../lib/json.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { must } from '../testing/objects.ts';
import { flowSchemaController } from './flow-schema-controller.ts';

const SCHEMAS = 'flowschemas.flowcontrol.apiserver.k8s.io';
const LEVELS = 'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io';
const KEY = 'apf.kubernetes.io/autoupdate-spec';

function cluster(): FakeCluster {
  const made = new FakeCluster({ controllers: [flowSchemaController] });
  for (const draft of defaultLevels()) must(made.client.create(LEVELS, draft));
  for (const draft of defaultSchemas()) must(made.client.create(SCHEMAS, draft));
  made.settle();
  return made;
}

const schema = ({ client }: FakeCluster, name: string): FlowSchema => client.get(SCHEMAS, '', name) as FlowSchema;
const level = ({ client }: FakeCluster, name: string): PriorityLevelConfiguration =>
  client.get(LEVELS, '', name) as PriorityLevelConfiguration;

function changeLevel(made: FakeCluster, name: string, how: (object: PriorityLevelConfiguration) => void): void {
  const next = clone(level(made, name));
  how(next);
  must(made.client.update(LEVELS, next));
  made.settle();
}

function mine(made: FakeCluster, levelName: string): void {
  const spec = { priorityLevelConfiguration: { name: levelName }, matchingPrecedence: 7000 };
  const body = { apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'FlowSchema', metadata: { name: 'mine' }, spec };
  must(made.client.create(SCHEMAS, body));
  made.settle();
}

describe('defaults', () => {
  it('are told of their levels, and then nothing happens', () => {
    const made = cluster();
    expect(made.client.list(SCHEMAS)).toHaveLength(defaultSchemas().length);
    for (const { status } of made.client.list(SCHEMAS)) expect(status?.conditions?.[0]?.status).toBe('False');
    expect(made.settle()).toBeUndefined();
  });

  it('are made again when they are deleted', () => {
    const made = cluster();
    must(made.client.delete(LEVELS, '', 'system'));
    must(made.client.delete(SCHEMAS, '', 'probes'));
    made.settle();
    expect(level(made, 'system').spec?.limited?.nominalConcurrencyShares).toBe(30);
    expect(schema(made, 'probes').status?.conditions).toHaveLength(1);
  });

  it('auto update is on: the spec is what it was', () => {
    const made = cluster();
    changeLevel(made, 'system', ({ spec }) => ((spec?.limited ?? {}).nominalConcurrencyShares = 99));
    expect(level(made, 'system').spec?.limited?.nominalConcurrencyShares).toBe(30);
  });

  it('auto update is off: the spec is the user’s', () => {
    const made = cluster();
    changeLevel(made, 'system', ({ metadata, spec }) => {
      metadata.annotations = { [KEY]: 'false' };
      (spec?.limited ?? {}).nominalConcurrencyShares = 99;
    });
    expect(level(made, 'system').spec?.limited?.nominalConcurrencyShares).toBe(99);
  });

  it('mandatory objects are what they are, whatever is said of them', () => {
    const made = cluster();
    changeLevel(made, 'catch-all', ({ metadata }) => (metadata.annotations = { [KEY]: 'false' }));
    expect(level(made, 'catch-all').metadata.annotations).toEqual({ [KEY]: 'true' });
  });
});

describe('the condition Dangling', () => {
  it('tells whether the level is there', () => {
    const made = cluster();
    mine(made, 'own');
    const text = 'This FlowSchema references the PriorityLevelConfiguration object named "own"';
    expect(schema(made, 'mine').status?.conditions).toMatchObject([
      { type: 'Dangling', status: 'True', reason: 'NotFound', message: `${text} but there is no such object` },
    ]);
    const spec = { type: 'Exempt', exempt: {} };
    const metadata = { name: 'own' };
    const kind = 'PriorityLevelConfiguration';
    must(made.client.create(LEVELS, { apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind, metadata, spec }));
    made.advance(5000);
    expect(schema(made, 'mine').status?.conditions).toMatchObject([
      { type: 'Dangling', status: 'False', reason: 'Found', message: `${text} and it exists` },
    ]);
    must(made.client.delete(LEVELS, '', 'own'));
    made.settle();
    expect(schema(made, 'mine').status?.conditions?.[0]?.status).toBe('True');
  });
});
