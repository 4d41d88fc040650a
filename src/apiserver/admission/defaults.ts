// Which of several objects is the one that is used where none is named: they say so in an annotation.
// Models GetDefaultClass of kubernetes pkg/volume/util/storageclass.go and of plugin/pkg/admission/network/defaultingressclass.

import type { KubeObject } from '../../api/object.ts';
import type { Store } from '../../registry/store.ts';

/** The newest of those with the index term, of several as new the one whose name comes first; undefined: there is none. */
export function newestWithTerm(store: Store, term: string, resource: string): KubeObject | undefined {
  let newest: KubeObject | undefined;
  for (const row of store.log.byTerm(term, resource)) {
    const object = store.parseStored(row);
    // In the order of names: only what is newer takes the place.
    if (newest === undefined || object.metadata.creationTimestamp > newest.metadata.creationTimestamp) newest = object;
  }
  return newest;
}
