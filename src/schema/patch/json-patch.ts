// JSON patch (RFC 6902) with the ways of the library that upstream uses: a path without its leading slash loses its
// first segment, replace of a missing member adds it, negative indices count from the end.
// Models github.com/evanphx/json-patch v4 and the jsonPatcher of
// kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { clone, deepEqual, isDeeperThan, isObject } from '../../lib/json.ts';
import { describe } from '../decode/inspect.ts';
import { MAX_DEPTH, TreeObject, parseTree, setMember, treeValue } from '../decode/json-tree.ts';
import type { Tree } from '../decode/json-tree.ts';
import { badPatch, rejectedPatch } from './patched.ts';
import type { PatchFailure, Patched } from './patched.ts';

export interface JsonPatchOperation {
  readonly op: string;
  readonly path?: string;
  readonly from?: string;
  readonly value: JsonValue;
}

export type ParsedJsonPatch =
  | { readonly ok: true; readonly operations: readonly JsonPatchOperation[]; readonly strict: readonly string[] }
  | PatchFailure;

const MAX_OPERATIONS = 10_000;
/** Copies may add this much to a document. */
const MAX_COPIED = 3 * 1024 * 1024;
/** Upstream's decoder tells no more. */
const MAX_STRICT_ERRORS = 100;
const MEMBERS = ['op', 'path', 'from', 'value'];

/** `strict` holds what strict decoding complains of: `json patch unknown field "[0].foo"`. */
export function parseJsonPatch(text: string): ParsedJsonPatch {
  const parsed = parseTree(text);
  if (!parsed.ok) return decoding(parsed.error);
  const { tree } = parsed;
  if (tree !== null && !Array.isArray(tree)) return mismatch(tree, 'Go value of type []handlers.jsonPatchOp');
  const items = tree ?? [];
  const operations: JsonPatchOperation[] = [];
  const strict = new Set<string>();
  for (const [index, item] of items.entries()) {
    if (item !== null && !(item instanceof TreeObject)) return mismatch(item, 'Go value of type handlers.jsonPatchOp');
    const members = item ?? new TreeObject();
    for (const name of ['op', 'path', 'from']) {
      const value = member(members, name);
      if (value !== undefined && value !== null && typeof value !== 'string') {
        return mismatch(value, `Go struct field jsonPatchOp.${name} of type string`);
      }
    }
    const seen = new Set<string>();
    for (const key of members.keys) {
      if (strict.size >= MAX_STRICT_ERRORS) break;
      if (!MEMBERS.includes(key)) strict.add(`json patch unknown field "[${index}].${key}"`);
      else if (seen.has(key)) strict.add(`json patch duplicate field "[${index}].${key}"`);
      seen.add(key);
    }
    operations.push(operationOf(members));
  }
  if (operations.length > MAX_OPERATIONS) {
    const message = `Request entity too large: The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`;
    return { ok: false, code: 413, reason: 'RequestEntityTooLarge', message };
  }
  return { ok: true, operations, strict: [...strict] };
}

function decoding(error: string): PatchFailure {
  return badPatch(`error decoding patch: ${error}`);
}

function mismatch(tree: Tree, target: string): PatchFailure {
  return decoding(`json: cannot unmarshal ${describe(tree, '')} into ${target}`);
}

function member(object: TreeObject, name: string): Tree | undefined {
  const at = object.keys.lastIndexOf(name);
  return at < 0 ? undefined : object.values[at];
}

function operationOf(members: TreeObject): JsonPatchOperation {
  const op = member(members, 'op');
  const path = member(members, 'path');
  const from = member(members, 'from');
  return {
    op: typeof op === 'string' ? op : '',
    ...(typeof path === 'string' ? { path } : {}),
    ...(typeof from === 'string' ? { from } : {}),
    value: treeValue(member(members, 'value') ?? null),
  };
}

/** Leaves `document` as it is. */
export function applyJsonPatch(document: JsonValue, operations: readonly JsonPatchOperation[]): Patched {
  const patcher = new Patcher(clone(document));
  for (const operation of operations) if (!patcher.apply(operation)) return rejectedPatch();
  // Step by step a patch can nest deeper than any body.
  if (isDeeperThan(MAX_DEPTH, patcher.root)) return rejectedPatch();
  return { ok: true, value: patcher.root, touched: patcher.touched };
}

/** The container that a path leads to and the member or index in it. */
interface Target {
  readonly container: JsonObject | JsonValue[];
  readonly key: string;
}

class Patcher {
  root: JsonValue;
  readonly touched = new Set<JsonValue>();
  private copied = 0;

  constructor(root: JsonValue) {
    this.root = root;
  }

  apply(operation: JsonPatchOperation): boolean {
    const { op, path, from, value } = operation;
    if (path === undefined) return false;
    switch (op) {
      case 'add':
        return this.add(path, clone(value));
      case 'remove':
        return this.remove(path);
      case 'replace':
        return this.replace(path, clone(value));
      case 'test':
        return this.test(path, value);
      case 'move': {
        const moved = from === undefined ? undefined : this.read(from);
        return from !== undefined && moved !== undefined && this.remove(from) && this.add(path, moved);
      }
      case 'copy': {
        const source = from === undefined ? undefined : this.find(from);
        const copy = source && (Array.isArray(source.container) ? get(source) : (get(source) ?? null));
        if (copy === undefined || isDeeperThan(MAX_DEPTH, copy)) return false;
        this.copied += JSON.stringify(copy).length;
        return this.copied <= MAX_COPIED && this.add(path, clone(copy));
      }
      default:
        return false;
    }
  }

  private find(path: string): Target | undefined {
    const parts = path.split('/');
    if (parts.length < 2) return undefined;
    let container = this.root;
    this.touched.add(container);
    for (const part of parts.slice(1, -1)) {
      if (!isContainer(container)) return undefined;
      container = get({ container, key: unescape(part) }) ?? null;
      this.touched.add(container);
    }
    return isContainer(container) ? { container, key: unescape(parts.at(-1) ?? '') } : undefined;
  }

  private read(path: string): JsonValue | undefined {
    const target = this.find(path);
    return target && get(target);
  }

  private add(path: string, value: JsonValue): boolean {
    const target = this.find(path);
    if (target === undefined) return false;
    const { container, key } = target;
    if (!Array.isArray(container)) {
      setMember(container, key, value);
      return true;
    }
    const at = key === '-' ? container.length : index(key, container.length + 1);
    if (at === undefined) return false;
    container.splice(at, 0, value);
    return true;
  }

  private remove(path: string): boolean {
    const target = this.find(path);
    if (target === undefined || get(target) === undefined) return false;
    const { container, key } = target;
    if (Array.isArray(container)) container.splice(index(key, container.length) ?? 0, 1);
    else delete container[key];
    return true;
  }

  private replace(path: string, value: JsonValue): boolean {
    if (path === '') {
      if (!isContainer(value)) return false;
      this.root = value;
      return true;
    }
    const target = this.find(path);
    if (target === undefined) return false;
    const { container, key } = target;
    if (!Array.isArray(container)) {
      setMember(container, key, value);
      return true;
    }
    const at = index(key, container.length);
    if (at === undefined) return false;
    container[at] = value;
    return true;
  }

  private test(path: string, value: JsonValue): boolean {
    if (path === '') return deepEqual(this.root, value);
    const target = this.find(path);
    if (target === undefined) return false;
    const found = get(target);
    if (found === undefined && Array.isArray(target.container)) return false;
    return deepEqual(found ?? null, value);
  }
}

function isContainer(value: JsonValue): value is JsonObject | JsonValue[] {
  return Array.isArray(value) || isObject(value);
}

function get({ container, key }: Target): JsonValue | undefined {
  if (!Array.isArray(container)) return Object.hasOwn(container, key) ? container[key] : undefined;
  const at = index(key, container.length);
  return at === undefined ? undefined : container[at];
}

/** Go's Atoi takes signs and leading zeros; below zero counts from the end. */
function index(key: string, length: number): number | undefined {
  if (!/^[-+]?[0-9]{1,9}$/.test(key)) return undefined;
  const at = Number(key);
  if (at >= length || at < -length) return undefined;
  return at < 0 ? at + length : at;
}

function unescape(part: string): string {
  return part.replace(/~[01]/g, (escape) => (escape === '~1' ? '/' : '~'));
}
