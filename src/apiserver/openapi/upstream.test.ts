// The documents against those of a real API server: its definitions and its paths.

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Scheme } from '../../api/scheme.ts';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import { SCHEMAS } from '../../schema/openapi.ts';
import { builtInDocuments, groupVersions } from './document.ts';
import { wholeOpenApiV2 } from './v2.ts';

const REFERENCE = new URL('../../../../shared/reference/', import.meta.url);
const there = existsSync(new URL('definitions-1.36.json', REFERENCE));
if (!there && process.env['CI'] === 'true') throw new Error('the reference of Kubernetes 1.36 is missing');
if (!there) console.warn('skipped: OpenAPI against ../shared/reference, which is not there');

function reference(name: string): JsonObject {
  return JSON.parse(readFileSync(new URL(name, REFERENCE), 'utf8')) as JsonObject;
}

const scheme = new Scheme();
const documents = [...builtInDocuments(scheme).values()];

/** References in one form, not wrapped; what v3 alone says and kinds' names are left out. */
function plain(value: JsonValue | undefined): JsonValue {
  if (Array.isArray(value)) return value.map(plain);
  if (value === undefined || !isObject(value)) return value ?? null;
  const { allOf, ...rest } = value;
  const wrapped = Array.isArray(allOf) && allOf.length === 1 ? allOf[0] : undefined;
  const whole = wrapped !== undefined && isObject(wrapped) && '$ref' in wrapped ? { ...wrapped, ...rest } : value;
  return Object.fromEntries(
    Object.entries(whole)
      .filter(([key]) => key !== 'x-kubernetes-v2-schema' && key !== 'x-kubernetes-group-version-kind')
      .map(([key, item]) => [
        key,
        key === '$ref' ? String(item).replace(SCHEMAS, '').replace('#/definitions/', '') : plain(item),
      ]),
  );
}

/** The reference leaves the aggregation layer out. */
const NOT_IN_REFERENCE = /^io\.k8s\.kube-aggregator\./;

describe.skipIf(!there)('OpenAPI as a real server has it', () => {
  it('in every definition', () => {
    const definitions = reference('definitions-1.36.json');
    const ids = new Set(documents.flatMap(({ components }) => Object.keys(components.schemas)));
    expect(ids.size).toBeGreaterThan(500);
    for (const { components } of documents) {
      for (const [id, schema] of Object.entries(components.schemas)) {
        if (!NOT_IN_REFERENCE.test(id)) expect({ [id]: plain(schema) }).toEqual({ [id]: plain(definitions[id]) });
      }
    }
  });

  it('in every definition of version 2, which knows no defaults', () => {
    const definitions = reference('definitions-1.36.json');
    const served = wholeOpenApiV2(documents)['definitions'] as Record<string, JsonObject>;
    expect(Object.keys(served).length).toBeGreaterThan(500);
    for (const [id, schema] of Object.entries(served)) {
      const { 'x-kubernetes-v2-schema': other, ...theirs } = (definitions[id] ?? {}) as JsonObject;
      const whole = isObject(other) ? { format: theirs['format'], ...other } : theirs;
      if (!NOT_IN_REFERENCE.test(id)) {
        expect({ [id]: plain(schema) }).toEqual({ [id]: withoutDefaults(plain(JSON.parse(JSON.stringify(whole)))) });
      }
    }
  });

  it('names every kind', () => {
    for (const kind of scheme.kinds) {
      const schemas = documents.map(({ components }) => components.schemas[kind.definition]);
      const named = schemas.find((schema) => schema?.['x-kubernetes-group-version-kind'] !== undefined);
      expect(named?.['x-kubernetes-group-version-kind']).toEqual([
        { group: kind.group, kind: kind.kind, version: kind.version },
      ]);
    }
  });

  it('in every path and operation', () => {
    const ours: Record<string, unknown> = Object.fromEntries(
      documents.flatMap(({ paths }) => Object.entries(paths).map(summary)),
    );
    const theirs = Object.fromEntries(
      Object.entries(reference('paths-1.36.json')).filter(([path, item]) =>
        JSON.stringify(item).includes('"action"') ? isServed(path) : path in ours,
      ),
    );
    expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort());
    expect(ours).toEqual(theirs);
  });
});

/** Of a schema, not of what is named `default` in it. */
function withoutDefaults(schema: JsonValue): JsonValue {
  if (!isObject(schema)) return schema;
  const { default: _default, ...rest } = schema;
  const made: JsonObject = rest;
  for (const key of ['items', 'additionalProperties']) {
    if (made[key] !== undefined) made[key] = withoutDefaults(made[key]);
  }
  const { properties } = made;
  if (isObject(properties)) {
    made['properties'] = Object.fromEntries(
      Object.entries(properties).map(([name, value]) => [name, withoutDefaults(value ?? null)]),
    );
  }
  return made;
}

function isServed(path: string): boolean {
  return [...groupVersions(scheme).keys()].some((version) => path.startsWith(`/${version}/`));
}

/** A path as the reference tells it. */
function summary([path, item]: [string, JsonValue]): [string, unknown] {
  const operations = Object.entries(item as JsonObject).filter(([key]) => key !== 'parameters');
  return [path, Object.fromEntries(operations.map(([method, operation]) => [method, told(operation as JsonObject)]))];
}

function told(operation: JsonObject): JsonObject {
  const gvk = operation['x-kubernetes-group-version-kind'] as Record<string, string> | undefined;
  const body = refIn(operation['requestBody']);
  const returns = refIn((operation['responses'] as JsonObject)['200']);
  const action = operation['x-kubernetes-action'];
  // Of patches and deletions the reference tells no body.
  const telling = body !== undefined && (action === 'post' || action === 'put');
  return {
    ...(action === undefined ? {} : { action }),
    ...(telling ? { body } : {}),
    ...(gvk === undefined ? {} : { gvk: `${gvk['group']}/${gvk['version']}/${gvk['kind']}` }),
    operationId: operation['operationId'] ?? '',
    ...(returns === undefined ? {} : { returns }),
  };
}

function refIn(value: JsonValue | undefined): string | undefined {
  return /"#\/components\/schemas\/([^"]+)"/.exec(JSON.stringify(value ?? null))?.[1];
}
