// Writes src/api/types/<group-version>.ts, one file a group-version, from the schema definitions.
// usage: node scripts/generate-types.ts DEFINITIONS.json
//
// A kind (a definition with `kind` and ObjectMeta) gets `metadata: StoredMeta`: what the server
// has stored always has a name, a uid and a resourceVersion. Everything else follows `required`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  enum?: string[];
  items?: Schema;
  additionalProperties?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
}

const [input] = process.argv.slice(2);
if (input === undefined) throw new Error('usage: node scripts/generate-types.ts DEFINITIONS.json');
/** Those of the aggregation layer, which DEFINITIONS.json leaves out, stand beside this file. */
const aggregation = readFileSync(new URL('aggregation-definitions.json', import.meta.url), 'utf8');
const definitions = {
  ...(JSON.parse(readFileSync(input, 'utf8')) as Record<string, Schema>),
  ...(JSON.parse(aggregation) as Record<string, Schema>),
};
const out = new URL('../src/api/types/', import.meta.url);
mkdirSync(out, { recursive: true });

const ALIASES: Record<string, string> = {
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'string',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'string',
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'string | number',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'string | number',
  'io.k8s.apimachinery.pkg.runtime.RawExtension': 'Record<string, unknown>',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': 'Record<string, unknown>',
};

/** Alpha and beta versions are not served, and nothing imports what describes the server itself. */
const NOT_SERVED = /\.v\d+(alpha|beta)\d+\.|\.pkg\.version\./;

/** `io.k8s.api.apps.v1.Deployment` → file `apps-v1`, name `Deployment`. */
function place(id: string): { file: string; name: string } {
  const parts = id.split('.');
  const name = parts.pop() ?? '';
  const file = parts.slice(-2).join('-').toLowerCase();
  return { file, name };
}

const files = new Map<string, string[]>();
for (const id of Object.keys(definitions).sort()) {
  if (id in ALIASES || NOT_SERVED.test(id)) continue;
  const { file } = place(id);
  files.set(file, [...(files.get(file) ?? []), id]);
}

for (const [file, ids] of files) {
  const imports = new Map<string, Set<string>>();
  const use = (id: string): string => {
    if (id in ALIASES) return ALIASES[id] ?? '';
    if (definitions[id] === undefined) return 'unknown';
    const target = place(id);
    if (target.file !== file) imports.set(target.file, (imports.get(target.file) ?? new Set()).add(target.name));
    return target.name;
  };
  const type = (schema: Schema): string => {
    if (schema.$ref !== undefined) return use(schema.$ref.replace('#/definitions/', ''));
    if (schema.enum !== undefined) return [...schema.enum.map((value) => `'${value}'`), '(string & {})'].join(' | ');
    switch (schema.type) {
      case 'string':
        return 'string';
      case 'boolean':
        return 'boolean';
      case 'integer':
      case 'number':
        return 'number';
      case 'array':
        return `Array<${schema.items === undefined ? 'unknown' : type(schema.items)}>`;
      case 'object':
        if (schema.properties !== undefined) return body(schema, '  ');
        return `Record<string, ${schema.additionalProperties === undefined ? 'unknown' : type(schema.additionalProperties)}>`;
      default:
        return 'unknown';
    }
  };
  const body = (schema: Schema, indent: string): string => {
    const required = new Set(schema.required ?? []);
    const stored =
      schema.properties?.['kind'] !== undefined &&
      schema.properties?.['metadata']?.$ref?.endsWith('.ObjectMeta') === true;
    const lines = Object.entries(schema.properties ?? {}).map(([key, value]) => {
      const name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : `'${key}'`;
      if (stored && key === 'metadata') {
        imports.set('../object', (imports.get('../object') ?? new Set()).add('StoredMeta'));
        return `${indent}metadata: StoredMeta;`;
      }
      const must = required.has(key) || (stored && (key === 'kind' || key === 'apiVersion'));
      return `${indent}${name}${must ? '' : '?'}: ${type(value)};`;
    });
    return `{\n${lines.join('\n')}\n${indent.slice(2)}}`;
  };
  const declarations = ids.map((id) => {
    const schema = definitions[id] ?? {};
    const { name } = place(id);
    return schema.properties === undefined
      ? `export type ${name} = ${type(schema)};`
      : `export interface ${name} ${body(schema, '  ')}`;
  });
  const heads = [...imports]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([from, names]) => {
      const path = from.startsWith('../') ? `${from}.ts` : `./${from}.ts`;
      return `import type { ${[...names].sort().join(', ')} } from '${path}';`;
    });
  const text = ['// Generated by scripts/generate-types.ts. Do not edit.', ...heads, '', declarations.join('\n\n'), ''];
  writeFileSync(new URL(`${file}.ts`, out), text.join('\n'));
}
