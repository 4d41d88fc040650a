// Custom resources for one test: a definition of a group of its own, which is there once it is served.

import { randomUUID } from 'node:crypto';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
} from '../../../src/api/types/apiextensions-v1.ts';
import type { Draft, KubeObject } from '../../../src/api/object.ts';
import type { JsonValue } from '../../../src/lib/json.ts';
import type { Collection } from './collection.ts';
import type { World } from './world.ts';
import { eventually, untilGone } from './world.ts';

export const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io';

/** What a test writes into the objects of its own definition. */
export type Custom = KubeObject & { [field: string]: JsonValue };

export interface Definition {
  /** Of the group; one of its own if not given. */
  readonly group?: string;
  /** The first is stored. */
  readonly versions: readonly CustomResourceDefinitionVersion[];
  readonly scope?: 'Namespaced' | 'Cluster';
  readonly kind?: string;
}

export class Defined {
  readonly #world: World;
  readonly definition: CustomResourceDefinition;

  constructor(world: World, definition: CustomResourceDefinition) {
    this.#world = world;
    this.definition = definition;
  }

  get kind(): string {
    return this.definition.spec.names.kind;
  }

  get group(): string {
    return this.definition.spec.group;
  }

  get plural(): string {
    return this.definition.spec.names.plural;
  }

  /** `group/v1`, of the first version if none is given. */
  apiVersion(version = this.definition.spec.versions[0]?.name ?? ''): string {
    return `${this.group}/${version}`;
  }

  objects<T extends KubeObject = Custom>(
    namespace?: string,
    version = this.definition.spec.versions[0]?.name ?? '',
  ): Collection<T> {
    return this.#world.of<T>(`${this.plural}.${this.group}`, namespace, version);
  }

  /** Deletes the definition, and what is defined with it. */
  async drop(): Promise<void> {
    const definitions = this.#world.of(DEFINITIONS);
    const { name } = this.definition.metadata;
    await definitions.delete(name);
    await untilGone(definitions, name);
  }
}

/** A structural schema that lets everything through. */
export const ANYTHING = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } as const;

export function draftOf({ group, versions, scope = 'Namespaced', kind }: Definition): Draft<CustomResourceDefinition> {
  const suffix = randomUUID().slice(0, 8);
  const named = kind ?? `E2e-test-${suffix}`;
  const singular = named.toLowerCase();
  const ofGroup = group ?? `group-${suffix}.example.com`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${singular}s.${ofGroup}` },
    spec: {
      group: ofGroup,
      scope,
      names: { plural: `${singular}s`, singular, kind: named, listKind: `${named}List` },
      versions: [...versions],
    },
  };
}

export async function define(world: World, definition: Definition): Promise<Defined> {
  const definitions = world.of<CustomResourceDefinition>(DEFINITIONS);
  const { metadata } = await definitions.create(draftOf(definition));
  const established = await eventually(
    `${metadata.name} is established`,
    () => definitions.get(metadata.name),
    ({ status }) => isTrue(status?.conditions, 'Established') && isTrue(status?.conditions, 'NamesAccepted'),
  );
  const defined = new Defined(world, established);
  for (const { name, served } of established.spec.versions) {
    if (!served) continue;
    const list = world.of(`${defined.plural}.${defined.group}`, undefined, name);
    await eventually(
      `${metadata.name} of ${name} is served`,
      () =>
        list.list().then(
          () => true,
          () => false,
        ),
      (is) => is,
    );
  }
  return defined;
}

const isTrue = (conditions: readonly { type: string; status: string }[] | undefined, type: string): boolean =>
  conditions?.some((condition) => condition.type === type && condition.status === 'True') === true;
