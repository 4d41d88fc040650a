// Admission: what may still change a write, then what may refuse it, after authorization and before storage.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/admission.

import type { Kind } from '../../api/kind.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Authorizer } from '../../api/review.ts';
import type { Status } from '../../api/status.ts';
import type { Store } from '../../registry/store.ts';
import type { User } from '../authentication/user.ts';

export interface Attributes {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  readonly user: User;
  readonly store: Store;
  readonly authorizer: Authorizer;
}

export interface AdmissionPlugin {
  readonly name: string;
  /** Changes the object in place, or refuses. `old` is undefined for a create. */
  mutate?(object: KubeObject, old: KubeObject | undefined, attributes: Attributes): Status | undefined;
  /** `object` is undefined for a delete. */
  validate?(object: KubeObject | undefined, old: KubeObject | undefined, attributes: Attributes): Status | undefined;
}

export class Admission {
  readonly #plugins: readonly AdmissionPlugin[];

  constructor(plugins: readonly AdmissionPlugin[]) {
    this.#plugins = plugins;
  }

  mutate(object: KubeObject, old: KubeObject | undefined, attributes: Attributes): Status | undefined {
    for (const plugin of this.#plugins) {
      const refused = plugin.mutate?.(object, old, attributes);
      if (refused !== undefined) return refused;
    }
    return undefined;
  }

  validate(object: KubeObject | undefined, old: KubeObject | undefined, attributes: Attributes): Status | undefined {
    for (const plugin of this.#plugins) {
      const refused = plugin.validate?.(object, old, attributes);
      if (refused !== undefined) return refused;
    }
    return undefined;
  }
}
