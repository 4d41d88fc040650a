// Strategic merge patch: a merge patch that knows the types. Lists with a merge key merge item by item, sets merge as
// sets, and directives say the rest:
//   $patch: replace | delete           of the map it stands in; of a list, in an item
//   $retainKeys: [...]                 drops the object's other members
//   $deleteFromPrimitiveList/F: [...]  takes values out of list F
//   $setElementOrder/F: [...]          orders list F
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/patch.go.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { clone, isObject } from '../../lib/json.ts';
import { setMember } from '../decode/json-tree.ts';
import type { PatchStrategy, StructSchema, ValueSchema } from '../structural.ts';
import { identity, orderElements } from './element-order.ts';
import { goTypeOf, goValue } from './go-value.ts';
import { badPatch, internalPatchError } from './patched.ts';
import type { PatchFailure } from './patched.ts';

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM = '$deleteFromPrimitiveList';
const ELEMENT_ORDER = '$setElementOrder';

export type StrategicallyPatched = { readonly ok: true; readonly value: JsonObject } | PatchFailure;

/** Leaves both as they are. */
export function applyStrategicMergePatch(
  object: JsonObject,
  patch: JsonObject,
  schema: StructSchema,
): StrategicallyPatched {
  const merger = new Merger();
  const value = merger.map(clone(object), clone(patch), schema);
  return merger.failure ?? { ok: true, value };
}

/** What a map is: a struct, a map of values of one type, or free-form. */
type MapType = StructSchema | ValueSchema | undefined;

interface FieldType {
  readonly value: ValueSchema | undefined;
  readonly patch: PatchStrategy | undefined;
}

/** Works on private copies, in place. Results mean nothing once `failure` is set. */
class Merger {
  failure: PatchFailure | undefined;

  private fail(failure: PatchFailure): void {
    this.failure ??= failure;
  }

  private field(type: MapType, name: string): FieldType {
    if (type !== undefined && 'byName' in type) {
      const field = type.byName.get(name);
      if (field === undefined) {
        this.fail(
          internalPatchError(
            `unable to find api field in struct ${type.name} for the json field ${JSON.stringify(name)}`,
          ),
        );
      }
      return { value: field?.value, patch: field?.patch };
    }
    return { value: type?.items, patch: undefined };
  }

  map(object: JsonObject, patch: JsonObject, type: MapType): JsonObject {
    const directive = patch[DIRECTIVE];
    if (Object.hasOwn(patch, DIRECTIVE)) {
      if (directive === 'replace') {
        delete patch[DIRECTIVE];
        return patch;
      }
      if (directive === 'delete') return {};
      this.fail(badDirective(directive, patch));
      return object;
    }
    this.retainKeys(object, patch);
    this.orderLists(object, patch, type);
    for (const name of Object.keys(patch)) {
      if (this.failure !== undefined) return object;
      this.member(object, name, patch[name] ?? null, type);
    }
    return object;
  }

  private member(object: JsonObject, name: string, change: JsonValue, type: MapType): void {
    const deletion = name.startsWith(DELETE_FROM);
    if (deletion && !name.startsWith(`${DELETE_FROM}/`)) {
      this.fail(badPatch('invalid patch format of primitive list'));
      return;
    }
    const key = deletion ? name.slice(DELETE_FROM.length + 1) : name;
    if (change === null) {
      delete object[key];
      return;
    }
    const old = Object.hasOwn(object, key) ? object[key] : undefined;
    if (old === undefined || goTypeOf(old) !== goTypeOf(change)) {
      const added = deletion ? undefined : withoutDirectives(change);
      if (added !== undefined) setMember(object, key, added);
      else if (!deletion) delete object[key];
      return;
    }
    const { value, patch } = this.field(type, key);
    if (this.failure !== undefined) return;
    if (Array.isArray(old) && Array.isArray(change)) {
      setMember(object, key, this.list(old, change, value, patch, deletion));
    } else if (isObject(old) && isObject(change)) {
      setMember(object, key, patch?.replace === true ? change : this.map(old, change, mapType(value)));
    } else setMember(object, key, change);
  }

  private retainKeys(object: JsonObject, patch: JsonObject): void {
    if (!Object.hasOwn(patch, RETAIN_KEYS)) return;
    const keep = patch[RETAIN_KEYS];
    delete patch[RETAIN_KEYS];
    const names = Array.isArray(keep) ? keep : undefined;
    const unnamed = Object.keys(patch).some(
      (name) =>
        patch[name] !== null &&
        !name.startsWith(DELETE_FROM) &&
        !name.startsWith(ELEMENT_ORDER) &&
        names?.includes(name) !== true,
    );
    if (names === undefined || unnamed) {
      this.fail(badPatch('invalid patch format of retainKeys'));
      return;
    }
    for (const name of Object.keys(object)) if (!names.includes(name)) delete object[name];
  }

  /** Merges and orders the lists that have an order directive, and takes both out of the patch. */
  private orderLists(object: JsonObject, patch: JsonObject, type: MapType): void {
    for (const name of Object.keys(patch)) {
      if (this.failure !== undefined || !name.startsWith(ELEMENT_ORDER)) continue;
      const order = patch[name];
      delete patch[name];
      if (!Array.isArray(order)) {
        this.fail(internalPatchError(`expected a []interface {}, but received a ${goTypeOf(order ?? null)}`));
        return;
      }
      if (!name.startsWith(`${ELEMENT_ORDER}/`)) {
        this.fail(badPatch('invalid patch format of setElementOrder list'));
        return;
      }
      const key = name.slice(ELEMENT_ORDER.length + 1);
      this.orderList(object, patch, key, order, type);
    }
  }

  private orderList(object: JsonObject, patch: JsonObject, key: string, order: JsonValue[], type: MapType): void {
    const old = object[key];
    const change = patch[key];
    for (const list of [old, change]) {
      if (list === undefined || Array.isArray(list)) continue;
      this.fail(internalPatchError(`expected a []interface {}, but received a ${goTypeOf(list)}`));
      return;
    }
    const { value, patch: strategy } = this.field(type, key);
    if (this.failure !== undefined) return;
    const mergeKey = strategy?.mergeKey;
    const oldList = Array.isArray(old) ? old : undefined;
    const changes = Array.isArray(change) ? change : undefined;
    this.checkOrder(changes ?? [], order, mergeKey);
    if (this.failure !== undefined || (oldList === undefined && changes === undefined)) return;
    const server = [...(oldList ?? [])];
    const merged =
      oldList !== undefined && changes !== undefined
        ? this.list(oldList, changes, value, strategy, false)
        : (oldList ?? changes ?? []);
    if (!this.haveKey([...merged, ...order], mergeKey)) return;
    setMember(object, key, orderElements(merged, order, server, mergeKey));
    delete patch[key];
  }

  /** The patch's items must stand in the directive's order and must all be in it. */
  private checkOrder(changes: readonly JsonValue[], order: readonly JsonValue[], mergeKey: string | undefined): void {
    if (changes.length === 0 || order.length === 0) return;
    const items = changes.filter((item) => !(isObject(item) && Object.hasOwn(item, DIRECTIVE)));
    if (!this.haveKey([...items, ...order], mergeKey)) return;
    let next = 0;
    for (const entry of order) {
      const item = items[next];
      if (item !== undefined && identity(item, mergeKey) === identity(entry, mergeKey)) next++;
    }
    if (next < items.length) {
      const text = `The order in patch list:\n${goValue([...changes])}\n doesn't match ${ELEMENT_ORDER} list:\n${goValue([...order])}\n`;
      this.fail(internalPatchError(text));
    }
  }

  private haveKey(items: readonly JsonValue[], mergeKey: string | undefined): boolean {
    if (mergeKey === undefined) return true;
    for (const item of items) {
      if (isObject(item) && Object.hasOwn(item, mergeKey)) continue;
      this.fail(noMergeKey(item, mergeKey));
      return false;
    }
    return true;
  }

  private list(
    old: JsonValue[],
    changes: JsonValue[],
    value: ValueSchema | undefined,
    strategy: PatchStrategy | undefined,
    deletion: boolean,
  ): JsonValue[] {
    if (strategy?.merge !== true && !deletion) return changes;
    if (old.length === 0 && changes.length === 0) return old;
    const types = new Set([...old, ...changes].map(goTypeOf));
    if (types.size > 1) {
      this.fail(internalPatchError(`list element types are not identical: [${goValue(old)} ${goValue(changes)}]`));
      return old;
    }
    if (!types.has('map[string]interface {}')) {
      if (deletion) {
        const gone = new Set(changes);
        return old.filter((item) => !gone.has(item));
      }
      return orderElements([...new Set([...old, ...changes])], changes, old, undefined);
    }
    const mergeKey = strategy?.mergeKey;
    if (mergeKey === undefined) {
      this.fail(internalPatchError('cannot merge lists without merge key for type struct'));
      return old;
    }
    return this.items(old as JsonObject[], changes as JsonObject[], mergeKey, value?.items);
  }

  private items(
    old: JsonObject[],
    changes: JsonObject[],
    mergeKey: string,
    item: ValueSchema | undefined,
  ): JsonValue[] {
    let replace = false;
    const gone = new Set<JsonValue | undefined>();
    const plain: JsonObject[] = [];
    for (const change of changes) {
      if (!Object.hasOwn(change, DIRECTIVE)) plain.push(change);
      else if (change[DIRECTIVE] === 'replace') replace = true;
      else if (change[DIRECTIVE] === 'delete') {
        if (!this.haveKey([change], mergeKey)) return old;
        gone.add(change[mergeKey]);
      } else if (change[DIRECTIVE] === 'merge') {
        this.fail(internalPatchError('merging lists cannot yet be specified in the patch'));
      } else this.fail(badDirective(change[DIRECTIVE], change));
    }
    if (replace) return plain;
    if (!this.haveKey(plain, mergeKey)) return old;
    const server = gone.size === 0 ? old : old.filter((candidate) => !gone.has(candidate[mergeKey]));
    const merged = [...server];
    // Where the first item of a key stands.
    const places = new Map<JsonValue | undefined, number>();
    for (const [at, candidate] of merged.entries()) {
      if (!places.has(candidate[mergeKey])) places.set(candidate[mergeKey], at);
    }
    for (const change of plain) {
      const at = places.get(change[mergeKey]);
      const target = at === undefined ? undefined : merged[at];
      if (at === undefined || target === undefined) places.set(change[mergeKey], merged.push(change) - 1);
      else merged[at] = this.map(target, change, mapType(item));
    }
    if (this.failure !== undefined || !this.haveKey(merged, mergeKey)) return old;
    return orderElements(merged, plain, server, mergeKey);
  }
}

/** A part that the object did not have: there is nothing its directives and nulls could act on. */
function withoutDirectives(value: JsonValue): JsonValue | undefined {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined);
  if (!isObject(value)) return value;
  if (Object.hasOwn(value, DIRECTIVE)) return undefined;
  const kept: JsonObject = {};
  for (const key of Object.keys(value)) {
    const item = withoutDirectives(value[key] ?? null);
    if (item !== undefined && item !== null) setMember(kept, key, item);
  }
  return kept;
}

function mapType(value: ValueSchema | undefined): MapType {
  return value?.struct === undefined ? value : value.struct();
}

function badDirective(directive: JsonValue | undefined, patch: JsonObject): PatchFailure {
  const text = typeof directive === 'string' ? directive : `%!s(${goTypeOf(directive ?? null)}=${goValue(directive)})`;
  return internalPatchError(`unknown patch type: ${text} in map: ${goValue(patch)}`);
}

function noMergeKey(item: JsonValue, mergeKey: string): PatchFailure {
  return internalPatchError(`map: ${goValue(item)} does not contain declared merge key: ${mergeKey}`);
}
