// Builds the OpenAPI documents of all that is built in, as files; gateway/openapi.ts says which. They are the same for
// every cluster, so that none has to make them.

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Scheme } from '../api/scheme.ts';
import type { OpenApiDocument } from '../apiserver/openapi/document.ts';
import { builtInDocuments, sharedSchemas } from '../apiserver/openapi/document.ts';
import { wholeOpenApiV2 } from '../apiserver/openapi/v2.ts';
import type { CommonMembers } from '../gateway/openapi.ts';
import { documentFile } from '../gateway/openapi.ts';
import { openApiProtobuf } from '../gateway/render/openapi-protobuf.ts';
import { openApiV3Protobuf } from '../gateway/render/openapi-v3-protobuf.ts';
import type { JsonValue } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import type { OpenApiSchema } from '../schema/openapi.ts';
import type { Descriptions } from './descriptions.ts';
import { classOf, fieldText, readDescriptions } from './descriptions.ts';

/** By their paths: `v3/apis/apps/v1.json`. */
export type Files = ReadonlyMap<string, string | Uint8Array>;

/** Writes them into a folder. */
export function writeOpenApi(folder: string): void {
  for (const [path, content] of openApiFiles()) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

export function openApiFiles(): Files {
  const descriptions = readDescriptions();
  const files = new Map<string, string | Uint8Array>();
  const documents: OpenApiDocument[] = [];
  const hashes: Record<string, string> = {};
  for (const [path, document] of builtInDocuments(new Scheme())) {
    describe(document.components.schemas, descriptions);
    documents.push(document);
    const text = textOf(document);
    hashes[path] = hashOf(text);
    files.set(documentFile(`v3/${path}`, false), text);
    files.set(documentFile(`v3/${path}`, true), openApiV3Protobuf(text));
  }
  const v2 = textOf(wholeOpenApiV2(documents));
  files.set('v2.json', v2);
  files.set('v2.pb', openApiProtobuf(v2));
  const shared = Object.fromEntries(sharedSchemas());
  describe(shared, descriptions);
  files.set('shared.json', textOf(shared));
  files.set('members.json', textOf(commonMembers(descriptions)));
  files.set('index.json', textOf({ v2: hashOf(v2), v3: hashes }));
  return files;
}

/** What members mean that every object has: any kind tells it. */
function commonMembers(descriptions: Descriptions): CommonMembers {
  const found = classOf('io.k8s.api.core.v1.ConfigMap', descriptions);
  const names = ['apiVersion', 'kind'];
  return Object.fromEntries(names.map((name) => [name, (found && fieldText(found, name)) ?? '']));
}

/** Adds what types and fields mean. */
function describe(schemas: Readonly<Record<string, OpenApiSchema>>, descriptions: Descriptions): void {
  for (const [id, schema] of Object.entries(schemas)) {
    const found = classOf(id, descriptions);
    if (found === undefined) continue;
    if (found.text !== undefined) schema['description'] = found.text;
    const properties = schema['properties'];
    if (properties === undefined || !isObject(properties)) continue;
    for (const [name, property] of Object.entries(properties)) {
      // Of fields that refer to a type the declarations tell nothing: the type's own words stand for them.
      const text = fieldText(found, name) ?? typeText(property, descriptions);
      if (text !== undefined) properties[name] = described(property, text);
    }
  }
}

function typeText(property: JsonValue | undefined, descriptions: Descriptions): string | undefined {
  const [, id] = /"#\/components\/schemas\/([^"]+)"/.exec(JSON.stringify(property ?? null)) ?? [];
  return id === undefined ? undefined : classOf(id, descriptions)?.text;
}

/** A reference stands alone: its description wraps it. */
function described(schema: JsonValue | undefined, description: string): JsonValue {
  const plain = schema !== undefined && isObject(schema) ? schema : {};
  return plain['$ref'] === undefined ? { description, ...plain } : { description, allOf: [plain] };
}

function textOf(document: object): string {
  return `${JSON.stringify(document)}\n`;
}

function hashOf(text: string): string {
  return createHash('sha512').update(text).digest('hex').toUpperCase();
}
