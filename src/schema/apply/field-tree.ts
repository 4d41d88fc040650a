// Sets of field paths as trees, and what set algebra means on them. FieldSet wraps them; the walkers over values build them.
//
// The set of `.data`, `.data.a` and `.metadata.labels.x` is
//   f:data      own, below: { f:a own }
//   f:metadata  below: { f:labels below: { f:x own } }
// A node is there only if it or something below it is in the set, so equal sets are equal trees. Trees are never changed
// once built, and operations hand back their first argument, or parts of it, where it already is the answer.

export interface FieldNode {
  /** Whether the path that ends here is in the set. */
  readonly own: boolean;
  /** Never empty. */
  readonly below: FieldTree | undefined;
}

export type FieldTree = ReadonlyMap<string, FieldNode>;

export const LEAF: FieldNode = { own: true, below: undefined };
export const NO_FIELDS: FieldTree = new Map();

/** What is deeper is taken as one field, so that no walk overflows the stack. Upstream has no such bound. */
export const MAX_DEPTH = 400;

export function union(a: FieldTree, b: FieldTree): FieldTree {
  if (a === b || b.size === 0) return a;
  if (a.size === 0) return b;
  let merged: Map<string, FieldNode> | undefined;
  for (const [element, node] of b) {
    const known = a.get(element);
    const both = known === undefined ? node : unionOfNodes(known, node);
    if (both !== known) (merged ??= new Map(a)).set(element, both);
  }
  return merged ?? a;
}

function unionOfNodes(a: FieldNode, b: FieldNode): FieldNode {
  if (a === b) return a;
  const own = a.own || b.own;
  const below = a.below === undefined ? b.below : b.below === undefined ? a.below : union(a.below, b.below);
  return own === a.own && below === a.below ? a : { own, below };
}

export function intersection(a: FieldTree, b: FieldTree): FieldTree {
  if (a === b) return a;
  const common = new Map<string, FieldNode>();
  const [few, many] = a.size <= b.size ? [a, b] : [b, a];
  for (const [element, node] of few) {
    const other = many.get(element);
    if (other === undefined) continue;
    const both = nodeOf(
      node.own && other.own,
      node.below === undefined || other.below === undefined ? undefined : intersection(node.below, other.below),
    );
    if (both !== undefined) common.set(element, both);
  }
  return common;
}

/** What is in `a` and not in `b`; with `whole`, neither what is below a path of `b`. */
export function difference(a: FieldTree, b: FieldTree, whole: boolean): FieldTree {
  if (a.size === 0 || b.size === 0) return a;
  if (a === b) return NO_FIELDS;
  return a.size > b.size ? lessFew(a, b, whole) : lessMany(a, b, whole);
}

function lessFew(a: FieldTree, b: FieldTree, whole: boolean): FieldTree {
  let rest: Map<string, FieldNode> | undefined;
  for (const [element, other] of b) {
    const node = a.get(element);
    if (node === undefined) continue;
    const left = differenceOfNodes(node, other, whole);
    if (left === node) continue;
    rest ??= new Map(a);
    if (left === undefined) rest.delete(element);
    else rest.set(element, left);
  }
  return rest ?? a;
}

function lessMany(a: FieldTree, b: FieldTree, whole: boolean): FieldTree {
  const rest = new Map<string, FieldNode>();
  let same = true;
  for (const [element, node] of a) {
    const other = b.get(element);
    const left = other === undefined ? node : differenceOfNodes(node, other, whole);
    if (left !== node) same = false;
    if (left !== undefined) rest.set(element, left);
  }
  return same ? a : rest.size === 0 ? NO_FIELDS : rest;
}

/** Whether all of `a` is in `b`. */
export function within(a: FieldTree, b: FieldTree): boolean {
  if (a === b) return true;
  if (a.size > b.size) return false;
  for (const [element, node] of a) {
    const other = b.get(element);
    if (other === undefined || (node.own && !other.own)) return false;
    if (node.below !== undefined && (other.below === undefined || !within(node.below, other.below))) return false;
  }
  return true;
}

function differenceOfNodes(a: FieldNode, b: FieldNode, whole: boolean): FieldNode | undefined {
  if (whole && b.own) return undefined;
  const own = a.own && !b.own;
  const below = a.below === undefined || b.below === undefined ? a.below : difference(a.below, b.below, whole);
  return own === a.own && below === a.below ? a : nodeOf(own, below);
}

/** A node, or undefined if it would hold nothing. */
export function nodeOf(own: boolean, below: FieldTree | undefined): FieldNode | undefined {
  if (below === undefined || below.size === 0) return own ? LEAF : undefined;
  return { own, below };
}

export function equal(a: FieldTree, b: FieldTree): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [element, node] of a) {
    const other = b.get(element);
    if (other === undefined || other.own !== node.own) return false;
    if (!equal(node.below ?? NO_FIELDS, other.below ?? NO_FIELDS)) return false;
  }
  return true;
}

export function sizeOf(tree: FieldTree): number {
  let size = 0;
  for (const node of tree.values()) {
    if (node.own) size += 1;
    if (node.below !== undefined) size += sizeOf(node.below);
  }
  return size;
}

/** Only the paths that are no prefix of another. */
export function leavesOf(tree: FieldTree): FieldTree {
  const leaves = new Map<string, FieldNode>();
  for (const [element, node] of tree) {
    leaves.set(element, node.below === undefined ? node : { own: false, below: leavesOf(node.below) });
  }
  return leaves;
}
