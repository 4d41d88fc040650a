// After kubernetes pkg/apis/flowcontrol/internalbootstrap/defaults_test.go.

import { expect, test } from 'vitest';
import type { StrategyContext } from '../../kind.ts';
import { clone } from '../../../lib/json.ts';
import { defaultLevels, defaultSchemas } from './defaults.ts';
import { flowSchema } from './flow-schema.ts';
import { priorityLevelConfiguration } from './priority-level-configuration.ts';

const CONTEXT = {} as StrategyContext;

test('TestBootstrapConfigurationWithDefaulted: defaults change nothing, and all are valid', () => {
  for (const draft of defaultLevels()) {
    const object = clone(draft) as never;
    priorityLevelConfiguration.setDefaults?.(object);
    expect(object).toEqual(draft);
    expect(priorityLevelConfiguration.validate?.(object, CONTEXT), draft.metadata.name ?? '').toEqual([]);
  }
  for (const draft of defaultSchemas()) {
    const object = clone(draft) as never;
    flowSchema.setDefaults?.(object);
    expect(object).toEqual(draft);
    expect(flowSchema.validate?.(object, CONTEXT), draft.metadata.name ?? '').toEqual([]);
  }
});

test('every schema refers to a level that is there', () => {
  const levels = new Set(defaultLevels().map(({ metadata }) => metadata.name));
  for (const { spec } of defaultSchemas()) expect(levels).toContain(spec?.priorityLevelConfiguration.name);
});
