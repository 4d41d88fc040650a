// Checks the dependency direction of the design: what each layer of src/ may import, where the runtime's and Node's
// own modules may be named, and that no two modules load each other in a circle (type-only imports aside).
// A real parser reads the imports; dependency-cruiser cannot, since TypeScript 7 has no JavaScript API.

import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseSync } from 'oxc-parser';

const LAYERS: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  schema: ['lib'],
  api: ['lib', 'schema'],
  eventlog: ['lib'],
  registry: ['lib', 'schema', 'api', 'eventlog'],
  apiserver: ['lib', 'schema', 'api', 'eventlog', 'registry'],
  controllers: ['lib', 'schema', 'api'],
  scheduler: ['lib', 'schema', 'api'],
  nodes: ['lib', 'schema', 'api'],
  cluster: ['lib', 'schema', 'api', 'eventlog', 'registry', 'apiserver', 'controllers', 'scheduler', 'nodes'],
  account: ['lib', 'schema', 'api'],
  gateway: ['lib', 'schema', 'api', 'eventlog', 'registry', 'apiserver'],
  documents: ['lib', 'schema', 'api', 'apiserver', 'gateway'],
  cli: ['lib', 'schema', 'api', 'nodes', 'documents'],
  'env.ts': [],
  'worker.ts': ['gateway', 'cluster', 'nodes', 'account', 'lib'],
};

/** What a folder may see beyond the table above, as types only: [from, to], each a prefix of paths. */
const TYPES_ONLY: readonly (readonly [from: string, to: string])[] = [
  ['scheduler/', 'controllers/runtime/component.ts'],
  // Bindings are typed by the objects they lead to, and every shell is typed by its bindings.
  ['env.ts', 'account/'],
  ['env.ts', 'cluster/'],
  ['env.ts', 'nodes/pool/'],
  ['account/', 'env.ts'],
  ['cluster/', 'env.ts'],
  ['gateway/', 'env.ts'],
  ['nodes/pool/', 'env.ts'],
  ['gateway/', 'account/'],
];

const MAY_USE_CLOUDFLARE = ['worker.ts', 'gateway/', 'cluster/', 'nodes/pool/', 'account/'];
const MAY_USE_NODE = ['cli/', 'documents/', 'nodes/agent/', 'cluster/certificate-authority.ts', 'cluster/token-key.ts'];

interface Import {
  readonly specifier: string;
  readonly typesOnly: boolean;
}

function importsOf(file: string): Import[] {
  const { module, errors } = parseSync(file, readFileSync(file, 'utf8'));
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const imports: Import[] = module.staticImports.map((statement) => ({
    specifier: statement.moduleRequest.value,
    typesOnly: statement.entries.length > 0 && statement.entries.every((entry) => entry.isType),
  }));
  for (const statement of module.staticExports) {
    for (const entry of statement.entries) {
      if (entry.moduleRequest) imports.push({ specifier: entry.moduleRequest.value, typesOnly: entry.isType });
    }
  }
  return imports;
}

function layerOf(path: string): string {
  return path.split('/')[0] ?? path;
}

function startsWithAny(path: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => path.startsWith(prefix));
}

function problemOf(from: string, imported: Import): string | undefined {
  const { specifier, typesOnly } = imported;
  const isTest = /\.(test|contract)\.ts$|\/testing\//.test(from);
  if (specifier.startsWith('cloudflare:')) {
    return startsWithAny(from, MAY_USE_CLOUDFLARE) ? undefined : `must not know ${specifier}`;
  }
  if (specifier.startsWith('node:')) {
    return isTest || startsWithAny(from, MAY_USE_NODE) ? undefined : `must not know ${specifier}`;
  }
  if (!specifier.startsWith('.')) return undefined;
  if (!/\.(ts|json|sql|html|css)$/.test(specifier)) return `imports ${specifier} without its extension`;
  const to = relative('src', resolve(dirname(join('src', from)), specifier));
  if (to.startsWith('..')) {
    return to.startsWith('../migrations/') || isTest ? undefined : `imports ${to}, outside src`;
  }
  const fromLayer = layerOf(from);
  const toLayer = layerOf(to);
  if (fromLayer === toLayer || isTest) return undefined;
  const allowed = LAYERS[fromLayer];
  if (!allowed) return 'is in a folder that the table of layers does not name';
  if (allowed.includes(toLayer)) return undefined;
  const excepted = TYPES_ONLY.some(([folder, target]) => from.startsWith(folder) && to.startsWith(target));
  return excepted && typesOnly ? undefined : `must not import ${to}`;
}

/** The first circle of modules that load each other, as a path; undefined if there is none. */
function findCircle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of graph.get(file) ?? []) {
      const circle = visit(next, [...path, file]);
      if (circle) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const circle = visit(file, []);
    if (circle) return circle;
  }
  return undefined;
}

const problems: string[] = [];
const graph = new Map<string, string[]>();
const files = globSync('src/**/*.ts').map((file) => relative('src', file));
for (const from of files.sort()) {
  const loads: string[] = [];
  for (const imported of importsOf(join('src', from))) {
    const problem = problemOf(from, imported);
    if (problem) problems.push(`src/${from} ${problem}`);
    if (imported.specifier.startsWith('.') && !imported.typesOnly) {
      loads.push(relative('src', resolve(dirname(join('src', from)), imported.specifier)));
    }
  }
  graph.set(from, loads);
}
const circle = findCircle(graph);
if (circle) problems.push(`circle: ${circle.join(' → ')}`);

for (const problem of problems) console.error(problem);
console.log(`layers: ${files.length} files, ${problems.length} problems`);
if (problems.length > 0) process.exitCode = 1;
