// Sets against a schema: the named fields that a set passes through, and sets written when the schema was another.
// Models structured-merge-diff fieldpath/set.go (EnsureNamedFieldsAreMembers) and typed/reconcile_schema.go.

import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import { LEAF } from './field-tree.ts';
import type { FieldNode, FieldTree } from './field-tree.ts';
import { fieldsOf } from './to-fields.ts';
import type { Type } from './types.ts';
import { DEDUCED } from './types.ts';

/** What an element leads to, and whether it is a field that the schema names. */
function child(type: Type, element: string): { type: Type; named: boolean } {
  if (element[0] !== 'f') return { type: type.items ?? DEDUCED, named: false };
  const struct = type.struct?.();
  const field = struct?.fields.get(element.slice(2));
  if (field !== undefined) return { type: field.type, named: true };
  return { type: struct === undefined ? (type.items ?? DEDUCED) : (struct.others ?? DEDUCED), named: false };
}

/** The set with every named field in it that one of its paths passes through: with `.spec.replicas` goes `.spec`. */
export function withNamedFields(tree: FieldTree, type: Type): FieldTree {
  let changed: Map<string, FieldNode> | undefined;
  for (const [element, node] of tree) {
    if (node.below === undefined) continue;
    const next = child(type, element);
    const below = withNamedFields(node.below, next.type);
    const own = node.own || next.named;
    if (own !== node.own || below !== node.below) (changed ??= new Map(tree)).set(element, { own, below });
  }
  return changed ?? tree;
}

/**
 * A set as it would be had the schema always been this one: what has become atomic is owned as one, what was atomic and
 * is granular now is owned by the parts that the object has. Elements that the schema does not know stay as they are.
 */
export function reconciled(tree: FieldTree, object: JsonObject, type: Type): FieldTree {
  return reconcileTree(tree, object, type);
}

function reconcileTree(tree: FieldTree, value: JsonValue | undefined, type: Type): FieldTree {
  let changed: Map<string, FieldNode> | undefined;
  for (const [element, node] of tree) {
    // Only named fields change their kind of ownership; what a list's items are is looked up by schema alone.
    const next = child(type, element);
    const inner = element[0] === 'f' && isObject(value) ? value[element.slice(2)] : undefined;
    const reconciledNode = reconcileNode(node, inner, next.type);
    if (reconciledNode !== node) (changed ??= new Map(tree)).set(element, reconciledNode);
  }
  return changed ?? tree;
}

function reconcileNode(node: FieldNode, value: JsonValue | undefined, type: Type): FieldNode {
  if (type.kind === 'deduced' || type.kind === 'scalar') return node;
  if (type.atomic) return node.below === undefined ? node : LEAF;
  if (node.below === undefined) {
    if (value === undefined || !node.own) return node;
    const below = partsOf(value, type);
    return below === undefined ? node : { own: true, below };
  }
  const below = reconcileTree(node.below, value, type);
  return below === node.below ? node : { own: node.own, below };
}

function partsOf(value: JsonValue, type: Type): FieldTree | undefined {
  const holder: Type = { ...DEDUCED, kind: 'map', items: type };
  return fieldsOf({ value }, holder).get('f:value')?.below;
}
