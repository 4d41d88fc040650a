// How keys are ordered. etcd sorts `namespace/name` as one text, so `a-1/x` stands before `a/x`, and `a/x` before `a0/x`.

/** `namespace/name`; `/name` for a cluster-scoped object. */
export function pathOf(key: { readonly namespace: string; readonly name: string }): string {
  return `${key.namespace}/${key.name}`;
}

/** What `pathOf` was made of. */
export function namesOf(path: string): { readonly namespace: string; readonly name: string } {
  const slash = path.indexOf('/');
  return { namespace: path.slice(0, slash), name: path.slice(slash + 1) };
}

/** Behind every path that a name may have. */
const END = '\u{10ffff}';

/** The paths of a range lie strictly between the two. */
export interface Bounds {
  readonly low: string;
  readonly high: string;
}

export function boundsOf(range: {
  readonly namespace?: string;
  readonly after?: { readonly namespace: string; readonly name: string };
}): Bounds {
  // '0' follows '/': nothing of another namespace lies between the two.
  const low = range.namespace === undefined ? '' : `${range.namespace}/`;
  const high = range.namespace === undefined ? END : `${range.namespace}0`;
  const after = range.after === undefined ? '' : pathOf(range.after);
  return { low: after > low ? after : low, high };
}
