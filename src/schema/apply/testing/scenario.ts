// Writes one after the other, and who owns what in the end.

import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/json.ts';
import type { StructSchema } from '../../structural.ts';
import { pathText } from '../field-set.ts';
import type { FieldFilters, Managers, Versions } from '../updater.ts';
import { apply, update } from '../updater.ts';

export interface Step {
  readonly apply?: JsonObject;
  readonly update?: JsonObject;
  readonly by: string;
  readonly force?: boolean;
  /** Of an apply that is refused. */
  readonly conflicts?: readonly string[];
  /** v1 unless given. */
  readonly version?: string;
}

export interface Outcome {
  readonly object: JsonObject;
  /** By manager: what it owns, as paths. */
  readonly owners: Readonly<Record<string, readonly string[]>>;
}

export function versionsOf(schema: StructSchema, more: Partial<Versions> = {}): Versions {
  return { schema: (version) => (version === 'v1' ? schema : undefined), convert: () => undefined, ...more };
}

export function run(
  steps: readonly Step[],
  versions: Versions,
  filters?: FieldFilters,
  live: JsonObject = {},
  owners: Managers = new Map(),
): Outcome {
  let [object, managers] = [live, owners];
  for (const { apply: config, update: next, by, force, conflicts, version = 'v1' } of steps) {
    if (next !== undefined) {
      ({ object, managers } = update(object, next, version, managers, by, versions, filters));
      continue;
    }
    const result = apply(object, config ?? {}, version, managers, by, force === true, versions, filters);
    const refused = result.ok ? [] : result.conflicts.map(({ manager, path }) => `${manager} ${pathText(path)}`);
    expect(refused).toEqual(conflicts ?? []);
    if (!result.ok) continue;
    object = result.object ?? object;
    managers = result.managers;
  }
  return { object, owners: ownersOf(managers) };
}

export function ownersOf(managers: Managers): Record<string, string[]> {
  return Object.fromEntries([...managers].map(([name, { set }]) => [name, [...set.paths()].map(pathText).toSorted()]));
}

export type Case = [name: string, steps: Step[], object: JsonObject, owners: Record<string, string[]>];

export function suite(name: string, schema: StructSchema, cases: readonly Case[]): void {
  describe(name, () => {
    test.each(cases)('%s', (_name, steps, object, owners) => {
      expect(run(steps, versionsOf(schema))).toEqual({ object, owners });
    });
  });
}
