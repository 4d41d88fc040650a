// Who owns the replicas of an object, as its Scale tells it, and back.
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/util/managedfields/scalehandler.go.
//
//   object  {"f:spec":{"f:replicas":{},"f:template":…}}   apps/v1          m1
//   Scale   {"f:spec":{"f:replicas":{}}}                  autoscaling/v1   m1
// Whoever writes the Scale takes the replicas away from their owner, and owns them of the object as `scale`.

import type { Kind } from '../../api/kind.ts';
import { apiVersionOf } from '../../api/kind.ts';
import type { Scheme } from '../../api/scheme.ts';
import { FieldSet } from '../../schema/apply/field-set.ts';
import type { ManagedSet } from '../../schema/apply/updater.ts';
import type { Entries, Managed } from './entries.ts';
import { UNMANAGED, decodeEntries, encodeEntries } from './entries.ts';
import { SCALE_VERSION, versionKinds } from './field-scope.ts';

/** By version of the object: where its replicas are. undefined: that version has no scale. */
export type ReplicaPaths = ReadonlyMap<string, readonly string[] | undefined>;

const IN_SCALE = ['f:spec', 'f:replicas'];

export function replicaPaths(scheme: Scheme, kind: Kind): ReplicaPaths {
  return new Map(
    versionKinds(scheme, kind).map((version) => [
      apiVersionOf(version),
      version.scale && (version.scale.path ?? IN_SCALE),
    ]),
  );
}

/** The Scale's entries. */
export function scaleEntries(parent: Entries | undefined, paths: ReplicaPaths): Entries | undefined {
  const managed = managedOf(parent);
  const owners = new Map<string, ManagedSet>();
  for (const [id, { set, apiVersion, applied }] of managed.owners) {
    const path = paths.get(apiVersion);
    if (path === undefined || !set.has(path)) continue;
    owners.set(id, { set: FieldSet.fromPaths([IN_SCALE]), apiVersion: SCALE_VERSION, applied });
  }
  return writtenAnew({ owners, times: managed.times });
}

/**
 * The object's entries after a write of its Scale. As upstream, an owner by the Scale has no time, and one that updated
 * the object itself has another name in the Scale.
 */
export function parentEntries(
  parent: Entries | undefined,
  scale: Entries | undefined,
  apiVersion: string,
  paths: ReplicaPaths,
): Entries | undefined {
  const before = managedOf(parent);
  const left = new Map(managedOf(scale).owners);
  const owners = new Map<string, ManagedSet>();
  for (const [id, owned] of before.owners) {
    if (!paths.has(owned.apiVersion)) continue;
    const path = paths.get(owned.apiVersion);
    if (path === undefined || !owned.set.has(path) || left.delete(id)) {
      owners.set(id, owned);
      continue;
    }
    const set = owned.set.difference(FieldSet.fromPaths([path]));
    if (!set.isEmpty) owners.set(id, { ...owned, set });
  }
  const path = paths.get(apiVersion) ?? IN_SCALE;
  for (const [id, { set, applied }] of left) {
    if (set.has(IN_SCALE)) owners.set(id, { set: FieldSet.fromPaths([path]), apiVersion, applied });
  }
  return writtenAnew({ owners, times: before.times });
}

/** Ids name a version that the entries do not have: they are others once the entries are read. */
function writtenAnew(managed: Managed): Entries | undefined {
  return encodeEntries(managed)?.slice();
}

function managedOf(entries: Entries | undefined): Managed {
  const decoded = decodeEntries(entries);
  return decoded.ok ? decoded.managed : UNMANAGED;
}
