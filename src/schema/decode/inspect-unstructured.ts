// What is wrong with the document of a custom resource: repeated members in the document's order, then what is unknown
// in metadata, then what is unknown elsewhere, sorted. Values are validation's affair, but for metadata.
// Models kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go
// (schemaCoercingDecoder).

import type { JsonObject } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import type { StructSchema } from '../structural.ts';
import { structured } from './canonical.ts';
import type { Findings } from './inspect.ts';
import type { Tree } from './json-tree.ts';
import { TreeObject, treeValue } from './json-tree.ts';
import { prunedFields } from './unstructured.ts';

/** `inspectStruct` does the same for a structured type. */
export function inspectUnstructured(
  tree: TreeObject,
  schema: StructSchema,
  inspectStruct: (tree: TreeObject, schema: StructSchema) => Findings,
): Findings {
  const strict = new Set<string>();
  repeated(tree, '', strict);
  const metadata = schema.byName.get('metadata');
  let error: string | undefined;
  const at = tree.keys.lastIndexOf('metadata');
  const given = tree.values[at] ?? null;
  if (metadata !== undefined && given !== null) {
    const fields = [metadata];
    const only: StructSchema = { ...schema, unstructured: false, fields, byName: new Map([['metadata', metadata]]) };
    const wrapped = new TreeObject();
    wrapped.keys.push('metadata');
    wrapped.values.push(given);
    const findings = inspectStruct(wrapped, only);
    error = findings.error;
    for (const text of findings.strict) strict.add(text);
  }
  const value = treeValue(tree);
  const object: JsonObject = isObject(value) ? value : {};
  for (const path of prunedFields(object, schema, structured)) strict.add(`unknown field "${path}"`);
  return { error, strict: [...strict] };
}

function repeated(tree: Tree, path: string, found: Set<string>): void {
  if (Array.isArray(tree)) {
    tree.forEach((item, index) => repeated(item, `${path}[${index}]`, found));
    return;
  }
  if (!(tree instanceof TreeObject)) return;
  const seen = new Set<string>();
  tree.keys.forEach((key, index) => {
    const at = path === '' ? key : `${path}.${key}`;
    if (seen.has(key)) found.add(`duplicate field "${at}"`);
    seen.add(key);
    repeated(tree.values[index] ?? null, at, found);
  });
}
