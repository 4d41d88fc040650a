// Writes src/schema/table-data.ts, the compact text of all definitions, and prints its size.
// usage: node scripts/generate-schema.ts DEFINITIONS.json GO-FACTS.json
//
// DEFINITIONS.json: the OpenAPI definitions; those of the aggregation layer, which it leaves out, stand beside this file.
// GO-FACTS.json: what scripts/go-type-facts prints.
// The text's grammar stands in src/schema/table.ts, which reads it.
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  enum?: string[];
  default?: unknown;
  items?: Schema;
  additionalProperties?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: string;
  'x-kubernetes-patch-merge-key'?: string;
  'x-kubernetes-patch-strategy'?: string;
}

/** [JSON name, flags, Go type]; flags: p pointer, o omitempty, z omitzero. */
type GoField = [string, string, string];

const [definitionsPath, factsPath] = process.argv.slice(2);
if (definitionsPath === undefined || factsPath === undefined) {
  throw new Error('usage: node scripts/generate-schema.ts DEFINITIONS.json GO-FACTS.json');
}
const definitions = {
  ...(JSON.parse(readFileSync(definitionsPath, 'utf8')) as Record<string, Schema>),
  ...(JSON.parse(readFileSync(new URL('aggregation-definitions.json', import.meta.url), 'utf8')) as Record<
    string,
    Schema
  >),
};
const facts = JSON.parse(readFileSync(factsPath, 'utf8')) as Record<string, GoField[] | null>;

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.';
const EXTENSIONS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.';
const SPECIAL: Record<string, string> = {
  [`${META}Time`]: 't',
  [`${META}MicroTime`]: 'u',
  [`${META}FieldsV1`]: 'x',
  [`${META}Patch`]: 'x',
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'q',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'o',
  'io.k8s.apimachinery.pkg.runtime.RawExtension': 'x',
  [`${EXTENSIONS}JSON`]: 'x',
  [`${EXTENSIONS}JSONSchemaPropsOrArray`]: 'x',
  [`${EXTENSIONS}JSONSchemaPropsOrBool`]: 'x',
  [`${EXTENSIONS}JSONSchemaPropsOrStringArray`]: 'x',
};

function split(id: string): { group: string; name: string } {
  const at = id.lastIndexOf('.');
  return { group: id.slice(0, at), name: id.slice(at + 1) };
}

const ids = Object.keys(definitions)
  .filter((id) => !(id in SPECIAL))
  .sort();
const packages = [...new Set(ids.map((id) => split(id).group))];

function typeText(schema: Schema, from: string): string {
  if (schema.$ref !== undefined) {
    const id = schema.$ref.replace('#/definitions/', '');
    const special = SPECIAL[id];
    if (special !== undefined) return special;
    const { group, name } = split(id);
    return group === from ? `@${name}` : `@${packages.indexOf(group)}.${name}`;
  }
  switch (schema.type) {
    case 'string':
      if (schema.format === 'byte') return 'y';
      if (schema.enum?.some((value) => /[|;<\t]/.test(value)) === true) throw new Error('an enum needs escaping');
      return `s${schema.enum === undefined ? '' : `?${schema.enum.join('|')}`}`;
    case 'boolean':
      return 'b';
    case 'integer':
      return schema.format === 'int64' ? 'l' : 'i';
    case 'number':
      return 'f';
    case 'array':
      return `[${typeText(schema.items ?? {}, from)}`;
    case 'object':
      return schema.additionalProperties === undefined ? 'x' : `{${typeText(schema.additionalProperties, from)}`;
    default:
      return 'x';
  }
}

/** What Go's encoder does with a field that holds nothing; see `Presence` in src/schema/table.ts. */
function presence(type: string, flags: string): string {
  const pointer = flags.includes('p');
  const skips = flags.includes('o') || flags.includes('z');
  if (pointer) return skips ? '*' : '%';
  const isStruct = '@tuqox'.includes(type[0] ?? '');
  if (isStruct && !flags.includes('z')) return '=';
  return skips ? '' : '=';
}

/** What Go calls a scalar (`<v1.Protocol`), the scalars of a list (the same) or a whole list or map (`>v1.ResourceList`). */
function goName(type: string, goType: string): string {
  const container = '[{'.includes(type[0] ?? '');
  if (/^[a-z0-9]+\.[A-Z]/.test(goType)) {
    if (container) return `>${goType}`;
    return '@tuqox'.includes(type[0] ?? '') ? '' : `<${goType}`;
  }
  return type.startsWith('[s') && /^\[\][a-z0-9]+\.[A-Z]/.test(goType) ? `<${goType.slice(2)}` : '';
}

function fieldText(name: string, schema: Schema, owner: Schema, go: GoField, from: string): string {
  const type = typeText(schema, from);
  let text = `${name}:${type}`;
  text += goName(type, go[2]);
  text += `;${presence(type, go[1])}`;
  if (owner.required?.includes(name) === true) text += '!';
  const listType = schema['x-kubernetes-list-type'];
  if (listType !== undefined) text += `~${listType[0]}${(schema['x-kubernetes-list-map-keys'] ?? []).join(',')}`;
  if (schema['x-kubernetes-map-type'] !== undefined) text += `~${schema['x-kubernetes-map-type'][0]}`;
  const strategy = schema['x-kubernetes-patch-strategy'];
  if (strategy !== undefined) {
    const letters = strategy.split(',').map((word) => ({ merge: 'm', replace: 'r', retainKeys: 'k' })[word] ?? '');
    text += `^${letters.join('')}/${schema['x-kubernetes-patch-merge-key'] ?? ''}`;
  }
  const value = schema.default;
  const zero = value === undefined || value === '' || value === 0 || value === false || typeof value === 'object';
  if (!zero) text += `$${JSON.stringify(value)}`;
  return text.replace(/;$/, '');
}

const lines: string[] = [];
for (const group of packages) {
  lines.push(`#${group}`);
  for (const id of ids.filter((candidate) => split(candidate).group === group)) {
    const schema = definitions[id] ?? {};
    if (facts[id] === undefined) throw new Error(`no Go type for ${id}`);
    const go = facts[id] ?? [];
    const properties = schema.properties ?? {};
    const known = new Set(go.map(([name]) => name));
    for (const name of Object.keys(properties)) if (!known.has(name)) throw new Error(`${id}.${name}: not in Go`);
    const fields = go.flatMap((entry) => {
      const property = properties[entry[0]];
      return property === undefined ? [] : [fieldText(entry[0], property, schema, entry, group)];
    });
    const mapType = schema['x-kubernetes-map-type'];
    lines.push([split(id).name + (mapType === undefined ? '' : `~${mapType[0]}`), ...fields].join('\t'));
  }
}

const text = lines.join('\n');
if (/[`\\]|\$\{/.test(text)) throw new Error('the text needs escaping');
const out = new URL('../src/schema/table-data.ts', import.meta.url);
writeFileSync(
  out,
  `// Generated by scripts/generate-schema.ts. Do not edit. The grammar stands in table.ts.\nexport const TABLE = \`${text}\`;\n`,
);
const zipped = gzipSync(text, { level: 9 }).length;
console.log(`${ids.length} definitions, ${text.length} bytes, ${zipped} bytes gzipped`);
