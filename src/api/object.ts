// What every object of the API has in common.

import type { ObjectMeta } from './types/meta-v1.ts';

/** Metadata of an object that the log holds: the server has filled in what a client may leave out. */
export interface StoredMeta extends ObjectMeta {
  name: string;
  uid: string;
  resourceVersion: string;
  creationTimestamp: string;
}

/** Any object of the API, as stored and served. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: StoredMeta;
}

/** An object on its way in: the server has yet to fill in its metadata. */
export type Draft<T extends KubeObject = KubeObject> = Omit<T, 'metadata'> & { metadata: ObjectMeta };
