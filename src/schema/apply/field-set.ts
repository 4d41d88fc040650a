// A set of fields of an object: what a manager owns, what a write changed. Immutable.
// Models structured-merge-diff fieldpath/set.go and serialize.go.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import {
  LEAF,
  MAX_DEPTH,
  NO_FIELDS,
  difference,
  equal,
  intersection,
  leavesOf,
  nodeOf,
  sizeOf,
  union,
  within,
} from './field-tree.ts';
import type { FieldNode, FieldTree } from './field-tree.ts';
import { canonicalElement, inOrder, quoted, sortElements } from './path-element.ts';

export { pathText } from './path-element.ts';

export class FieldSet {
  static readonly empty: FieldSet = new FieldSet(NO_FIELDS);

  readonly tree: FieldTree;
  // A set never changes, so that what it looks like is worked out once.
  #json: JsonObject | undefined;
  #text: string | undefined;

  private constructor(tree: FieldTree) {
    this.tree = tree;
  }

  static of(tree: FieldTree): FieldSet {
    return tree.size === 0 ? FieldSet.empty : new FieldSet(tree);
  }

  /** Paths of elements such as `f:spec`; longer ones do not bring their prefixes along. */
  static fromPaths(paths: Iterable<readonly string[]>): FieldSet {
    let tree = NO_FIELDS;
    for (const path of paths) {
      let branch = NO_FIELDS;
      for (const element of path.toReversed()) {
        branch = new Map([[element, branch === NO_FIELDS ? LEAF : { own: false, below: branch }]]);
      }
      tree = union(tree, branch);
    }
    return FieldSet.of(tree);
  }

  /** undefined if malformed. Elements of a type that is not known are left out. */
  static fromFieldsV1(json: JsonObject): FieldSet | undefined {
    const node = readNode(json, 0);
    return node && FieldSet.of(node.below ?? NO_FIELDS);
  }

  /** Shared: it must not be changed. */
  toFieldsV1(): JsonObject {
    return (this.#json ??= fieldsV1(this.tree, false));
  }

  /** The JSON text of toFieldsV1(), for which nothing but the text is built. */
  fieldsV1Text(): string {
    return (this.#text ??= flat(withFieldsV1('', this.tree, false)));
  }

  union(other: FieldSet): FieldSet {
    return this.#as(union(this.tree, other.tree));
  }

  intersection(other: FieldSet): FieldSet {
    return this.#as(intersection(this.tree, other.tree));
  }

  /** What is here and not in the other. Removing a path leaves what is below it. */
  difference(other: FieldSet): FieldSet {
    return this.#as(difference(this.tree, other.tree, false));
  }

  /** As difference, but a path of the other takes everything below it along. */
  recursiveDifference(other: FieldSet): FieldSet {
    return this.#as(difference(this.tree, other.tree, true));
  }

  /** Only what lies on or below one of the patterns: paths in which `*` stands for any element. */
  including(patterns: ReadonlyArray<readonly string[]>): FieldSet {
    return this.#as(matching(this.tree, patterns));
  }

  has(path: readonly string[]): boolean {
    let node: FieldNode | undefined;
    let tree: FieldTree | undefined = this.tree;
    for (const element of path) {
      node = tree?.get(element);
      tree = node?.below;
    }
    return node?.own === true;
  }

  get size(): number {
    return sizeOf(this.tree);
  }

  get isEmpty(): boolean {
    return this.tree.size === 0;
  }

  /** Whether all of this set is in the other. */
  isWithin(other: FieldSet): boolean {
    return within(this.tree, other.tree);
  }

  equals(other: FieldSet): boolean {
    return equal(this.tree, other.tree);
  }

  /** Only the paths that are no prefix of another. */
  leaves(): FieldSet {
    return this.#as(leavesOf(this.tree));
  }

  /** In upstream's order: at each level first what ends there, then what goes on. */
  paths(): Iterable<readonly string[]> {
    return pathsOf(this.tree, []);
  }

  #as(tree: FieldTree): FieldSet {
    return tree === this.tree ? this : FieldSet.of(tree);
  }
}

function readNode(json: JsonValue | undefined, depth: number): FieldNode | undefined {
  if (json === null) return LEAF;
  if (!isObject(json) || depth > MAX_DEPTH) return undefined;
  let own = false;
  let below: Map<string, FieldNode> | undefined;
  for (const key of Object.keys(json)) {
    if (key === '.') {
      own = true;
      continue;
    }
    const element = canonicalElement(key);
    if (element === undefined) return undefined;
    if (element === '') continue;
    const node = readNode(json[key], depth + 1);
    if (node === undefined) return undefined;
    (below ??= new Map()).set(element, node);
  }
  return below === undefined ? LEAF : { own, below };
}

/** One for all leaves: a set of hundreds of fields has hundreds of them. */
const LEAF_JSON: JsonObject = Object.freeze({});

function fieldsV1(tree: FieldTree, self: boolean): JsonObject {
  const json: JsonObject = {};
  if (self) json['.'] = LEAF_JSON;
  for (const element of ordered(tree)) {
    const node = tree.get(element);
    json[element] = node?.below === undefined ? LEAF_JSON : fieldsV1(node.below, node.own);
  }
  return json;
}

/** `text` with that of a tree behind it. */
function withFieldsV1(text: string, tree: FieldTree, self: boolean): string {
  let all = text + (self ? '{".":{}' : '{');
  let comma = self;
  for (const [element, { own, below }] of inOrder(tree.keys()) ? tree : sorted(tree)) {
    if (comma) all += ',';
    comma = true;
    all += quoted(element);
    if (below === undefined) all += ':{}';
    else all = withFieldsV1(`${all}:`, below, own);
  }
  return `${all}}`;
}

function sorted(tree: FieldTree): FieldTree {
  return new Map(ordered(tree).map((element) => [element, tree.get(element) ?? LEAF]));
}

/** A text that was put together bit by bit stays in memory as its bits until a letter of it is asked for. */
function flat(text: string): string {
  text.charCodeAt(0);
  return text;
}

function ordered(tree: FieldTree): string[] {
  const elements = [...tree.keys()];
  return inOrder(elements) ? elements : sortElements(elements);
}

function* pathsOf(tree: FieldTree, prefix: readonly string[]): Iterable<readonly string[]> {
  const elements = ordered(tree);
  for (const element of elements) if (tree.get(element)?.own === true) yield [...prefix, element];
  for (const element of elements) {
    const below = tree.get(element)?.below;
    if (below !== undefined) yield* pathsOf(below, [...prefix, element]);
  }
}

function matching(tree: FieldTree, patterns: ReadonlyArray<readonly string[]>): FieldTree {
  if (patterns.some((pattern) => pattern.length === 0)) return tree;
  const kept = new Map<string, FieldNode>();
  for (const [element, node] of tree) {
    const rests = patterns.filter(([first]) => first === '*' || first === element).map((pattern) => pattern.slice(1));
    if (rests.length === 0) continue;
    const found = nodeOf(node.own, node.below && matching(node.below, rests));
    if (found !== undefined) kept.set(element, found);
  }
  return kept;
}
