// OpenAPI documents. Those of built-in kinds are files, made when the project is built; a cluster tells what it adds to
// them, and whether the client may read them at all. Both are joined as texts.
// Models kubernetes staging/src/k8s.io/kube-openapi/pkg/{handler,handler3}.
//
// Files (src/documents makes them):
//   index.json             { "v2": HASH, "v3": { "api/v1": HASH, … } }
//   v2.json, v2.pb         OpenAPI v2, `{"paths":{…},…,"definitions":{…}}` and the same as protobuf
//   v3/apis/apps/v1.json   a group version of v3, and the same as protobuf in v3/apis/apps/v1.pb
//   shared.json            schemas that documents of custom resources refer to, by their ids
//   members.json           what the members mean that every object has: { "kind": "…", "apiVersion": "…" }
//
// Example: of {"paths":{"/a":1},"definitions":{"A":2}} and what the cluster adds, {"paths":{"/b":3},"definitions":{"B":4}},
// comes {"paths":{"/b":3,"/a":1},"definitions":{"A":2,"B":4}}.

import type { Encoding } from '../apiserver/http.ts';
import { hashOf, OPENAPI_V3, protobufType } from '../apiserver/openapi/served.ts';
import type { OpenApiDocument } from '../apiserver/openapi/document.ts';
import type { JsonObject, JsonValue } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { compressionHeaders } from './compress.ts';
import { openApiProtobuf } from './render/openapi-protobuf.ts';
import { openApiV3Protobuf } from './render/openapi-v3-protobuf.ts';

export interface DocumentsIndex {
  readonly v2: string;
  readonly v3: Readonly<Record<string, string>>;
}

/** Descriptions by the member's name. */
export type CommonMembers = Readonly<Record<string, string>>;

/** Where the files are. */
export type Documents = Pick<Fetcher, 'fetch'>;

/** The file of a document. Disks hide names that begin with a dot. */
export function documentFile(document: string, protobuf: boolean): string {
  return `${document.replaceAll('/.', '/')}.${protobuf ? 'pb' : 'json'}`;
}

const ORIGIN = 'https://documents';
const YEAR_SECONDS = 31_536_000;

/** `added`: the cluster's part, '' for none. */
export async function openApiResponse(
  request: Request,
  { document = '', format }: Encoding,
  added: string,
  documents: Documents,
): Promise<Response> {
  const protobuf = format === 'protobuf';
  const contentType = protobuf ? protobufType(document === 'v2' ? 'v2' : 'v3') : 'application/json';
  const made =
    document === 'v2'
      ? await version2(added, protobuf, documents)
      : document === 'v3'
        ? await index(added, documents)
        : document === 'v3/custom'
          ? await custom(added, protobuf, documents)
          : await builtIn(document, protobuf, documents);
  const asked = new URL(request.url);
  const hash = asked.searchParams.get('hash') ?? '';
  const headers = new Headers({
    'Content-Type': contentType,
    'Cache-Control': 'no-cache, private',
    ETag: `"${made.hash}"`,
    Vary: 'Accept',
  });
  if (document.startsWith('v3/') && hash !== '') {
    if (hash !== made.hash) {
      await cancel(made.body);
      headers.set('Location', `${asked.pathname}?hash=${made.hash}`);
      return new Response(null, { status: 301, headers });
    }
    headers.set('Cache-Control', 'public, immutable');
    headers.set('Expires', new Date(Date.now() + YEAR_SECONDS * 1000).toUTCString());
  }
  if (knows(request.headers.get('If-None-Match'), made.hash)) {
    await cancel(made.body);
    return new Response(null, { status: 304, headers });
  }
  for (const [name, value] of Object.entries(compressionHeaders(request, contentType, Infinity))) {
    headers.append(name, value);
  }
  return new Response(made.body, { headers });
}

interface Made {
  readonly hash: string;
  readonly body: ReadableStream | string | Uint8Array | null;
}

async function builtIn(document: string, protobuf: boolean, documents: Documents): Promise<Made> {
  const { v3 } = await readIndex(documents);
  const { body } = await file(documentFile(document, protobuf), documents);
  return { hash: v3[document.slice('v3/'.length)] ?? '', body };
}

async function index(added: string, documents: Documents): Promise<Made> {
  const { v3 } = await readIndex(documents);
  const { paths: own } = JSON.parse(added) as { paths: JsonObject };
  const files = Object.entries(v3).map(([path, hash]): [string, JsonObject] => [
    path,
    { serverRelativeURL: `${OPENAPI_V3}/${path}?hash=${hash}` },
  ]);
  const paths = Object.entries({ ...Object.fromEntries(files), ...own }).sort(([a], [b]) => (a < b ? -1 : 1));
  const body = `${JSON.stringify({ paths: Object.fromEntries(paths) })}\n`;
  return { hash: hashOf(body), body };
}

async function custom(added: string, protobuf: boolean, documents: Documents): Promise<Made> {
  const own = JSON.parse(added) as OpenApiDocument;
  const shared = await json<OpenApiDocument['components']['schemas']>('shared.json', documents);
  const schemas = await describedKinds(own.components.schemas, documents);
  const document = { ...own, components: { ...own.components, schemas: { ...shared, ...schemas } } };
  const text = `${JSON.stringify(document)}\n`;
  return { hash: hashOf(added), body: protobuf ? openApiV3Protobuf(text) : text };
}

async function version2(added: string, protobuf: boolean, documents: Documents): Promise<Made> {
  const { v2 } = await readIndex(documents);
  const found = await file(protobuf ? 'v2.pb' : 'v2.json', documents);
  if (added === '') return { hash: v2, body: found.body };
  const hash = `${v2}-${hashOf(added)}`;
  const plain = JSON.parse(added) as AddedToV2;
  const own = { ...plain, definitions: await describedKinds(plain.definitions, documents) };
  if (!protobuf) return { hash, body: joined(await textOf(found), own) };
  // Messages merge where their bytes are set one behind the other.
  const [first, second] = [new Uint8Array(await found.arrayBuffer()), openApiProtobuf(JSON.stringify(own))];
  const body = new Uint8Array(first.length + second.length);
  body.set(first);
  body.set(second, first.length);
  return { hash, body };
}

const PATHS = '{"paths":{';
const END = '}}\n';

/** Schemas of kinds, each with what the members mean that all kinds have. */
async function describedKinds(schemas: JsonObject, documents: Documents): Promise<JsonObject> {
  const members = await json<CommonMembers>('members.json', documents);
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, describedKind(schema, members)]));
}

function describedKind(schema: JsonValue | undefined, members: CommonMembers): JsonValue | undefined {
  if (!isObject(schema) || schema['x-kubernetes-group-version-kind'] === undefined) return schema;
  const { properties } = schema;
  if (!isObject(properties)) return schema;
  const described = Object.entries(members).flatMap(([name, description]) => {
    const property = properties[name];
    return isObject(property) ? [[name, { description, ...property }]] : [];
  });
  return { ...schema, properties: { ...properties, ...Object.fromEntries(described) } };
}

interface AddedToV2 {
  readonly paths: JsonObject;
  readonly definitions: JsonObject;
}

/** See the example above. Neither part's members are empty. */
function joined(text: string, { paths, definitions }: AddedToV2): string {
  const whole = text.startsWith(PATHS) && text.endsWith(END);
  if (!whole) throw new Error('the document of OpenAPI v2 is not in the form that it is written in');
  return `${PATHS}${inner(paths)},${text.slice(PATHS.length, -END.length)},${inner(definitions)}${END}`;
}

function inner(members: JsonObject): string {
  return JSON.stringify(members).slice(1, -1);
}

async function readIndex(documents: Documents): Promise<DocumentsIndex> {
  return json<DocumentsIndex>('index.json', documents);
}

async function json<T>(name: string, documents: Documents): Promise<T> {
  return JSON.parse(await textOf(await file(name, documents))) as T;
}

/** Whatever its media type is: a disk tells none. */
async function textOf(found: Response): Promise<string> {
  return new TextDecoder().decode(await found.arrayBuffer());
}

async function file(name: string, documents: Documents): Promise<Response> {
  const found = await documents.fetch(`${ORIGIN}/${name}`);
  if (!found.ok) throw new Error(`the document ${name} is missing: the project was not built (npm run build)`);
  return found;
}

function knows(ifNoneMatch: string | null, hash: string): boolean {
  return ifNoneMatch !== null && ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === `"${hash}"`);
}

async function cancel(body: Made['body']): Promise<void> {
  if (body instanceof ReadableStream) await body.cancel();
}
