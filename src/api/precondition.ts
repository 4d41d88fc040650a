// The refusal where a client's precondition on the stored object does not hold. Its text tells the object's key in etcd.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/storage (Preconditions.Check).

import type { Kind } from './kind.ts';
import type { KubeObject } from './object.ts';
import type { Status } from './status.ts';
import { conflict } from './status.ts';

type Stored = Pick<Kind, 'group' | 'resource' | 'storagePath'>;

/** `asked` is what the client says of the object's UID or resourceVersion. A dry run's key lacks the root. */
export function preconditionFailed(
  kind: Stored,
  { metadata }: KubeObject,
  what: 'UID' | 'ResourceVersion',
  asked: string,
  dryRun: boolean,
): Status {
  const { namespace, name, uid, resourceVersion = '' } = metadata;
  const path = [kind.storagePath ?? kind.resource, ...(namespace === undefined ? [] : [namespace]), name].join('/');
  const key = `${dryRun ? '' : '/registry'}/${path}`;
  const found = what === 'UID' ? uid : resourceVersion;
  const why = `Precondition failed: ${what} in precondition: ${asked}, ${what} in object meta: ${found}`;
  const text = `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`;
  return conflict(kind, name, text);
}
