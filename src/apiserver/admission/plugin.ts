// Admission: what may still change a write, then what may refuse it, after authorization and before storage.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/admission.

import type { Client } from '../../api/client.ts';
import type { Kind } from '../../api/kind.ts';
import { resourceName } from '../../api/kind.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Authorizer } from '../../api/review.ts';
import type { Status } from '../../api/status.ts';
import { forbiddenStatus } from '../../api/status.ts';
import type { Store } from '../../registry/store.ts';
import type { User } from '../authentication/user.ts';

export interface Attributes {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  readonly user: User;
  readonly dryRun: boolean;
  readonly store: Store;
  readonly authorizer: Authorizer;
  /** Text of a `Warning:` header of the answer. */
  warn(text: string): void;
  /** What validating admission has done once the object is written, in the same transaction; a dry run does not come to it. */
  readonly afterwards: Array<() => void>;
  /** A client that writes in the name of the server itself. */
  loopback(): Client;
}

export interface AdmissionPlugin {
  readonly name: string;
  /** The resources it looks at (`pods`, `roles.rbac.authorization.k8s.io`); absent: all. */
  readonly resources?: readonly string[];
  /** Changes the object in place, or refuses. `old` is undefined for a create. */
  mutate?(object: KubeObject, old: KubeObject | undefined, attributes: Attributes): Status | undefined;
  /** `object` is undefined for a delete. */
  validate?(object: KubeObject | undefined, old: KubeObject | undefined, attributes: Attributes): Status | undefined;
}

/** The refusal of a write, in the form that all plugins share. */
export function refuse({ kind, name }: Attributes, object: KubeObject | undefined, why: string): Status {
  return forbiddenStatus(kind, name === '' ? (object?.metadata.name ?? '') : name, why);
}

/** A resource's plugins, in their order. */
interface Chain {
  readonly mutating: ReadonlyArray<NonNullable<AdmissionPlugin['mutate']>>;
  readonly validating: ReadonlyArray<NonNullable<AdmissionPlugin['validate']>>;
}

export class Admission {
  readonly #plugins: readonly AdmissionPlugin[];
  readonly #chains = new WeakMap<Kind, Chain>();

  constructor(plugins: readonly AdmissionPlugin[]) {
    this.#plugins = plugins;
  }

  mutate(object: KubeObject, old: KubeObject | undefined, attributes: Attributes): Status | undefined {
    for (const mutate of this.#chain(attributes.kind).mutating) {
      const refused = mutate(object, old, attributes);
      if (refused !== undefined) return refused;
    }
    return undefined;
  }

  validate(object: KubeObject | undefined, old: KubeObject | undefined, attributes: Attributes): Status | undefined {
    for (const validate of this.#chain(attributes.kind).validating) {
      const refused = validate(object, old, attributes);
      if (refused !== undefined) return refused;
    }
    return undefined;
  }

  #chain(kind: Kind): Chain {
    let chain = this.#chains.get(kind);
    if (chain === undefined) {
      const resource = resourceName(kind);
      const plugins = this.#plugins.filter(({ resources }) => resources?.includes(resource) ?? true);
      chain = {
        mutating: plugins.flatMap((plugin) => plugin.mutate?.bind(plugin) ?? []),
        validating: plugins.flatMap((plugin) => plugin.validate?.bind(plugin) ?? []),
      };
      this.#chains.set(kind, chain);
    }
    return chain;
  }
}
