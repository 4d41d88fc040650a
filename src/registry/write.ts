// What every write carries besides the object.

import type { Origin } from '../eventlog/log.ts';
import type { KubeObject } from '../api/object.ts';

export interface WriteContext extends Origin {
  readonly dryRun: boolean;
  /** Who owns what is written, as managedFields name it. */
  readonly manager: string;
  /** Tells the client of something, in a `Warning:` header; absent where there is none to tell. */
  warn?(text: string): void;
}

/** What validating admission lets through: what is to be done once the object is written, if anything. */
export type Admitted = (() => void) | undefined;

/** An object as written (or, where nothing changed, as it was). */
export interface Written {
  readonly object: KubeObject;
  /** The text to serve. */
  readonly text: string;
  /** PUT of a missing name: the object is new. */
  readonly created?: boolean;
}

/** What a delete came to. */
export type Deleted =
  /** Gone. `object`: the last state, with the deletion's revision. */
  | { readonly gone: true; readonly object: KubeObject }
  /** Marked, or marked before: it goes when its grace ends or its finalizers are gone. */
  | { readonly gone: false; readonly object: KubeObject };

export interface DeleteRequest {
  /** undefined: none named. */
  readonly gracePeriodSeconds: number | undefined;
  readonly propagationPolicy: 'Foreground' | 'Background' | 'Orphan' | undefined;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
}
