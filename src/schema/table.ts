// The schema table: the structural schemas of all built-in types, read from one constant text (table-data.ts).
//
// Grammar, one package or type a line, fields in the order in which they are served, tabs between them:
//   #io.k8s.api.core.v1                    package of the types below; packages count from 0
//   ContainerPort name:s containerPort:i;=! protocol:s?SCTP|TCP|UDP<v1.Protocol;$"TCP"
//   LabelSelector~a matchLabels:{s …       ~a after a name: the whole type is atomic
// A field is name:TYPE;FLAGS (`;` is left out with no flags).
//   TYPE   s string  b boolean  i int32  l int64  f double  y bytes  t time  u microTime  q quantity  o intOrString
//          x any  @Name or @3.Name a type of this package or of package 3  [TYPE list  {TYPE map
//          ?A|B enum values   <v1.Name what Go calls a scalar   >v1.Name what Go calls a list or map
//   FLAGS  presence: none nonEmpty, * nonNull, = always, % nullable   ! required
//          ~a ~s ~mKEY,KEY list type   ~a ~g map type   ^LETTERS/KEY patch strategy (m merge, r replace, k retainKeys)
//          $JSON default
//
// Nothing is read at module load. A type's line is expanded when it is first asked for, and kept: the memo below is of
// constant data, the same for every object of an isolate, so sharing it is safe.

import type { JsonValue } from '../lib/json.ts';
import type { FieldSchema, PatchStrategy, Presence, StructSchema, ValueKind, ValueSchema } from './structural.ts';
import { TABLE } from './table-data.ts';

interface Index {
  readonly packages: readonly string[];
  /** Definition id → its line. */
  readonly lines: ReadonlyMap<string, string>;
}

const memo: { index?: Index; readonly structs: Map<string, StructSchema> } = { structs: new Map() };

function tableIndex(): Index {
  if (memo.index !== undefined) return memo.index;
  const packages: string[] = [];
  const lines = new Map<string, string>();
  let current = '';
  for (const line of TABLE.split('\n')) {
    if (line.startsWith('#')) {
      current = line.slice(1);
      packages.push(current);
    } else {
      const end = line.search(/[\t~]|$/);
      lines.set(`${current}.${line.slice(0, end)}`, line);
    }
  }
  memo.index = { packages, lines };
  return memo.index;
}

/** The schema of a definition such as `io.k8s.api.core.v1.Pod`; undefined if there is none. */
export function definition(id: string): StructSchema | undefined {
  const known = memo.structs.get(id);
  if (known !== undefined) return known;
  const line = tableIndex().lines.get(id);
  if (line === undefined) return undefined;
  const struct = parseStruct(id, line);
  memo.structs.set(id, struct);
  return struct;
}

/** Ids of all definitions. */
export function definitionIds(): string[] {
  return [...tableIndex().lines.keys()];
}

/** The definition of a kind by its group, version and kind: `apps`, `v1`, `Deployment`. */
export function definitionOfKind(group: string, version: string, kind: string): StructSchema | undefined {
  const name =
    group === '' ? 'core' : group === 'internal.apiserver.k8s.io' ? 'apiserverinternal' : group.split('.')[0];
  const ids = [
    `io.k8s.api.${name}.${version}.${kind}`,
    `io.k8s.apiextensions-apiserver.pkg.apis.${name}.${version}.${kind}`,
  ];
  const found = ids.map(definition).find((struct) => struct !== undefined);
  return found?.byName.has('kind') === true ? found : undefined;
}

function parseStruct(id: string, line: string): StructSchema {
  const group = id.slice(0, id.lastIndexOf('.'));
  const [head = '', ...tokens] = line.split('\t');
  const [name = '', flag] = head.split('~');
  const fields = tokens.map((token) => parseField(token, group));
  return {
    id,
    name,
    fields,
    byName: new Map(fields.map((field) => [field.name, field])),
    ...(flag === undefined ? {} : { mapType: flag === 'a' ? 'atomic' : 'granular' }),
  };
}

const PRESENCE: Readonly<Record<string, Presence>> = { '': 'nonEmpty', '*': 'nonNull', '=': 'always', '%': 'nullable' };
/** An empty list of them is a request of its own: to forget all owners. */
const MANAGED_FIELDS = 'managedFields:';
const FLAGS = /^([*=%]?)(!?)(?:~([a-z])([A-Za-z,]*))?(?:\^([mrk]+)\/([A-Za-z]*))?(?:\$(.*))?$/;

function parseField(token: string, group: string): FieldSchema {
  const colon = token.indexOf(':');
  const semicolon = token.indexOf(';');
  const end = semicolon < 0 ? token.length : semicolon;
  const value = parseType(token.slice(colon + 1, end), group);
  const [, presence = '', required = '', kind, keys = '', letters, mergeKey = '', fallback] =
    FLAGS.exec(token.slice(end + 1)) ?? [];
  // Go's bytes are a list.
  const list = value.kind === 'list' || value.kind === 'bytes';
  return {
    name: token.slice(0, colon),
    value,
    required: required === '!',
    presence: token.startsWith(MANAGED_FIELDS) ? 'nonNull' : (PRESENCE[presence] ?? 'nonEmpty'),
    listType: kind === undefined || !list ? undefined : kind === 'a' ? 'atomic' : kind === 's' ? 'set' : 'map',
    listKeys: keys === '' ? undefined : keys.split(','),
    mapType: kind === undefined || list ? undefined : kind === 'a' ? 'atomic' : 'granular',
    patch: letters === undefined ? undefined : patchStrategy(letters, mergeKey),
    default: fallback === undefined ? undefined : (JSON.parse(fallback) as JsonValue),
  };
}

function patchStrategy(letters: string, mergeKey: string): PatchStrategy {
  return {
    merge: letters.includes('m'),
    replace: letters.includes('r'),
    retainKeys: letters.includes('k'),
    ...(mergeKey === '' ? {} : { mergeKey }),
  };
}

const SCALARS: Readonly<Record<string, readonly [ValueKind, string]>> = {
  s: ['string', 'string'],
  b: ['boolean', 'bool'],
  i: ['int32', 'int32'],
  l: ['int64', 'int64'],
  f: ['double', 'float64'],
  y: ['bytes', '[]uint8'],
  t: ['time', 'string'],
  u: ['microTime', 'string'],
  q: ['quantity', 'resource.Quantity'],
  o: ['intOrString', 'intstr.IntOrString'],
  x: ['any', 'runtime.RawExtension'],
};

/** All schemas have the same members in the same order, set or not: code that walks them is a third faster for it. */
const NO_PARTS = { kind: 'any', goType: '', enum: undefined, struct: undefined, items: undefined } as const;

function parseType(text: string, group: string): ValueSchema {
  const [whole = '', containerName] = text.split('>');
  switch (whole[0]) {
    case '[': {
      const items = parseType(whole.slice(1), group);
      return { ...NO_PARTS, kind: 'list', goType: containerName ?? `[]${items.goType}`, items };
    }
    case '{': {
      const items = parseType(whole.slice(1), group);
      return { ...NO_PARTS, kind: 'map', goType: containerName ?? `map[string]${items.goType}`, items };
    }
    case '@': {
      const rest = whole.slice(1);
      const dot = rest.indexOf('.');
      const home = dot < 0 ? group : (tableIndex().packages[Number(rest.slice(0, dot))] ?? '');
      const name = rest.slice(dot + 1);
      return {
        ...NO_PARTS,
        kind: 'struct',
        goType: `${home.split('.').pop()}.${name}`,
        struct: structOf(`${home}.${name}`),
      };
    }
    default: {
      const [type = '', goName] = whole.split('<');
      const [kind, goType] = SCALARS[type[0] ?? ''] ?? ['any', ''];
      const rest = type.slice(1);
      const values = rest.startsWith('?') ? rest.slice(1).split('|') : undefined;
      return { ...NO_PARTS, kind, goType: goName ?? goType, enum: values };
    }
  }
}

function structOf(id: string): () => StructSchema {
  let struct: StructSchema | undefined;
  return () => {
    struct ??= definition(id);
    if (struct === undefined) throw new Error(`no definition ${id}`);
    return struct;
  };
}
