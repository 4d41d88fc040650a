// The kinds that a cluster serves: the built-in ones, those of the CustomResourceDefinitions that its log holds, and the
// metrics while their APIService is there.
//
// 1. The scheme is made of what is committed: it is read again after a transaction that wrote a definition, and at the
//    start, so that nothing rolled back is ever served.
// 2. Until then every caller has the same scheme: who keeps something made of it asks whether it is still the same.

import { servedDefinitions } from '../../api/apiextensions/v1/crd-names.ts';
import { customResourceDefinition } from '../../api/apiextensions/v1/custom-resource-definition.ts';
import type { CustomKinds } from '../../api/custom/custom-kind.ts';
import { customKinds } from '../../api/custom/custom-kind.ts';
import { METRICS_API_SERVICE } from '../../api/metrics/v1beta1/group.ts';
import { metricsKinds } from '../../api/metrics/v1beta1/kinds.ts';
import { compareVersions } from '../../api/custom/version-order.ts';
import type { Kind } from '../../api/kind.ts';
import { resourceName } from '../../api/kind.ts';
import { KINDS, Scheme } from '../../api/scheme.ts';
import type { CustomResourceDefinition } from '../../api/types/apiextensions-v1.ts';
import type { APIService } from '../../api/types/apiregistration-v1.ts';
import { apiService } from '../../api/apiregistration/v1/api-service.ts';
import type { EventLog, LogEvent } from '../../eventlog/log.ts';
import type { Store } from '../../registry/store.ts';

const DEFINITIONS = resourceName(customResourceDefinition);
const API_SERVICES = resourceName(apiService);

interface Made {
  /** What the kinds were made of. */
  readonly text: string;
  readonly kinds: CustomKinds;
}

export class ServedKinds {
  readonly #store: Store;
  readonly #made = new Map<string, Made>();
  #scheme: Scheme | undefined;

  constructor(log: EventLog, store: Store) {
    this.#store = store;
    log.subscribe((events) => {
      if (!events.some(isOfKinds)) return;
      this.#scheme = undefined;
      for (const name of goneResources(events)) this.#made.delete(name);
    });
  }

  get scheme(): Scheme {
    return (this.#scheme ??= this.#make());
  }

  #make(): Scheme {
    const { log, clock } = this.#store;
    const rows = log.list({ resource: DEFINITIONS });
    const metrics = this.#servesMetrics() ? metricsKinds() : [];
    if (rows.length === 0) return metrics.length === 0 ? new Scheme() : new Scheme([...KINDS, ...metrics]);
    const definitions = rows.map((row) => this.#store.parseStored(row) as CustomResourceDefinition);
    const kinds = servedDefinitions(definitions, clock.now()).map((definition) => this.#kindsOf(definition));
    const builtIn = new Set([...KINDS, ...metrics].map(groupVersion));
    const served = kinds.flatMap((one) => one.served).filter((kind) => !builtIn.has(groupVersion(kind)));
    const stored = kinds.flatMap((one) => one.stored ?? []);
    return new Scheme([...KINDS, ...metrics, ...served.sort(inDiscovery)], stored);
  }

  /** An APIService that names a server is answered by that, which nothing here hands requests on to. */
  #servesMetrics(): boolean {
    const row = this.#store.log.get({ resource: API_SERVICES, namespace: '', name: METRICS_API_SERVICE });
    if (row === undefined) return false;
    return (this.#store.parseStored(row) as APIService).spec?.service === undefined;
  }

  /** Kinds carry compiled rules and schemas: those of a definition that says the same as before are kept. */
  #kindsOf(definition: CustomResourceDefinition): CustomKinds {
    const { name } = definition.metadata;
    const { acceptedNames, storedVersions } = definition.status ?? {};
    const { deletionTimestamp } = definition.metadata;
    const text = JSON.stringify([definition.spec, acceptedNames, storedVersions, deletionTimestamp]);
    const known = this.#made.get(name);
    if (known?.text === text) return known.kinds;
    // What was written until now was written under what the definition said before.
    const kinds = customKinds(definition, this.#store.log.head + 1);
    this.#made.set(name, { text, kinds });
    return kinds;
  }
}

/** Whether a change is of what kinds are made of. */
function isOfKinds({ resource, name }: LogEvent): boolean {
  return resource === DEFINITIONS || (resource === API_SERVICES && name === METRICS_API_SERVICE);
}

/** Log resources of kinds whose definitions these events have deleted: a definition bears their name. */
export function goneResources(events: readonly LogEvent[]): string[] {
  return events.filter(({ resource, verb }) => resource === DEFINITIONS && verb === 'delete').map(({ name }) => name);
}

function groupVersion({ group, version }: Kind): string {
  return `${group}/${version}`;
}

/** By group, the more mature version first, then by resource. */
function inDiscovery(a: Kind, b: Kind): number {
  if (a.group !== b.group) return a.group < b.group ? -1 : 1;
  return compareVersions(a.version, b.version) || (a.resource < b.resource ? -1 : 1);
}
