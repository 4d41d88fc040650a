// Every kind's fullest objects are accepted, stored, and read back equal.

import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Kind } from '../api/kind.ts';
import { KINDS } from '../api/scheme.ts';
import { schemaOf } from '../api/schema-of.ts';
import { records, target } from '../api/testing/recorded.ts';
import { isObject } from '../lib/json.ts';
import type { JsonObject } from '../lib/json.ts';
import { canonical } from '../schema/decode/canonical.ts';
import { fieldsIn, noteFields } from './testing/corpus-fields.ts';
import { Rig } from './testing/rig.ts';

const CORPUS = new URL('testing/corpus/', import.meta.url);

interface Sample {
  readonly origin: string;
  readonly kind: Kind;
  readonly object: JsonObject;
}

/** What the rest of the corpus is made in. */
const PRELUDE: ReadonlyArray<readonly [string, JsonObject]> = [
  ['/apis/scheduling.k8s.io/v1/priorityclasses', { metadata: { name: 'corpus' }, value: 7, preemptionPolicy: 'Never' }],
  [
    '/apis/node.k8s.io/v1/runtimeclasses',
    { metadata: { name: 'corpus' }, handler: 'h', overhead: { podFixed: { cpu: '10m' } } },
  ],
];

function rig(): Rig {
  const made = new Rig();
  made.serviceAccount();
  const labels = { 'resource.kubernetes.io/admin-access': 'true' };
  const type = { 'content-type': 'application/merge-patch+json' };
  made.send('PATCH', '/api/v1/namespaces/default', { body: { metadata: { labels } }, headers: type });
  for (const [path, body] of PRELUDE) expect(made.send('POST', path, { body }).status).toBe(201);
  return made;
}

function kindOf({ apiVersion, kind }: JsonObject): Kind {
  const found = KINDS.find((item) => item.kind === kind && versionOf(item) === apiVersion);
  if (found === undefined) throw new Error(`no kind ${String(apiVersion)} ${String(kind)}`);
  return found;
}

function versionOf({ group, version }: Kind): string {
  return group === '' ? version : `${group}/${version}`;
}

function pathOf(kind: Kind): string {
  const root = kind.group === '' ? '/api' : `/apis/${kind.group}`;
  return `${root}/${kind.version}${kind.namespaced ? '/namespaces/default' : ''}/${kind.resource}`;
}

function documents(file: string): JsonObject[] {
  const text = readFileSync(new URL(file, CORPUS), 'utf8');
  return parseAllDocuments(text).map((document) => document.toJS({ maxAliasCount: 1000 }) as JsonObject);
}

function own(): Sample[] {
  const [pod] = documents('pods.yaml');
  return readdirSync(CORPUS).flatMap((file) =>
    documents(file)
      .flatMap((object) => (Array.isArray(object['sources']) ? object['sources'].map(volume) : [object]))
      .map((object) => (file === 'workloads.yaml' ? withTemplate(object, pod ?? {}) : object))
      .map((object) => ({ origin: `${file} ${nameOf(object)}`, kind: kindOf(object), object })),
  );
}

function volume(source: unknown, index: number): JsonObject {
  const spec = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], ...(source as JsonObject) };
  return { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: `source-${index}` }, spec };
}

/** With the fullest pod as its template. */
function withTemplate(object: JsonObject, pod: JsonObject): JsonObject {
  const { kind, spec } = object as { kind: string; spec?: JsonObject };
  const { activeDeadlineSeconds, ...podSpec } = pod['spec'] as JsonObject;
  const isJob = kind === 'Job';
  const deadline = isJob || kind === 'PodTemplate' ? { activeDeadlineSeconds } : {};
  const metadata = { labels: { app: 'full' }, annotations: { a: 'b' } };
  const template = { metadata, spec: { ...podSpec, ...deadline, ...(isJob ? { restartPolicy: 'Never' } : {}) } };
  if (kind === 'PodTemplate') return { ...object, template };
  if (kind !== 'CronJob') return { ...object, spec: { ...spec, template } };
  const { spec: job, ...jobTemplate } = spec?.['jobTemplate'] as JsonObject;
  const nested = withTemplate({ kind: 'Job', spec: job }, pod)['spec'];
  return { ...object, spec: { ...spec, jobTemplate: { ...jobTemplate, spec: nested } } };
}

function nameOf({ kind, metadata }: JsonObject): string {
  return `${String(kind)} ${String((metadata as JsonObject | undefined)?.['name'])}`;
}

/** The recorder's base objects. */
function recorded(): Sample[] {
  return records('create.jsonl').flatMap(({ id, request, response }) => {
    const found = target(request.path);
    if (!id.endsWith('/0') || response.status !== 201 || found === undefined || found.subresource !== '') return [];
    if (found.kind.review !== undefined) return [];
    return [{ origin: id, kind: found.kind, object: request.body as JsonObject }];
  });
}

/** `sent` is in `got`, where lists have to be equally long. */
function lacking(sent: unknown, got: unknown, path = ''): string[] {
  if (Array.isArray(sent)) {
    if (!Array.isArray(got) || got.length !== sent.length) return [`${path}: ${JSON.stringify(got)}`];
    return sent.flatMap((item, index) => lacking(item, got[index], `${path}[${index}]`));
  }
  if (isObject(sent)) {
    if (!isObject(got)) return [`${path}: ${JSON.stringify(got)}`];
    return Object.entries(sent).flatMap(([key, item]) => lacking(item, got[key], `${path}.${key}`));
  }
  return sent === got ? [] : [`${path}: ${JSON.stringify(got)} instead of ${JSON.stringify(sent)}`];
}

/** Accepts, reads back, writes what was read: nothing changes. The object as it is read. */
function roundTrip(server: Rig, { kind, object }: Sample): JsonObject {
  const made = server.send('POST', `${pathOf(kind)}?fieldValidation=Strict`, { body: object });
  expect(made.text.slice(0, 2000)).toContain('"creationTimestamp"');
  expect(made.status).toBe(201);
  const path = `${pathOf(kind)}/${String((made.body['metadata'] as JsonObject)['name'])}`;
  const read = server.get(path);
  expect(read.text).toBe(made.text);
  const again = server.send('PUT', `${path}?fieldValidation=Strict`, { body: read.body });
  expect(again.status === 200 ? again.text : again.body['message']).toBe(read.text);
  expect(canonical(read.body, schemaOf(kind))).toMatchObject({ invalid: false, unknown: false });
  return read.body;
}

const mine = own();

describe('fullest objects are accepted, stored, and read back equal', () => {
  it.each(mine)('$origin', (sample) => {
    const read = roundTrip(rig(), sample);
    expect(lacking(sample.object, read)).toEqual([]);
  });
});

describe("the recorder's base objects are accepted, stored, and read back equal", () => {
  const base = recorded();
  it.skipIf(base.length === 0).each(base)('$origin', (sample) => {
    roundTrip(rig(), sample);
  });
});

/** Types and fields that no valid new object holds. */
const NEVER: Readonly<Record<string, string>> = {
  'core.v1.NodeSpec.configSource': 'of a feature that is gone',
  'core.v1.NodeConfigSource': 'of a feature that is gone',
  'core.v1.ConfigMapNodeConfigSource': 'of a feature that is gone',
  'core.v1.TypedObjectReference.namespace': 'gated off: dropped',
  'core.v1.VolumeProjection.clusterTrustBundle': 'gated off: dropped',
  'core.v1.ClusterTrustBundleProjection': 'gated off: dropped',
  'core.v1.VolumeProjection.podCertificate': 'gated off: dropped',
  'core.v1.PodCertificateProjection': 'gated off: dropped',
  'core.v1.Lifecycle.stopSignal': 'gated off: dropped',
  'core.v1.PodSpec.schedulingGroup': 'gated off: dropped',
  'core.v1.PodSchedulingGroup': 'gated off: dropped',
  'core.v1.PodSpec.ephemeralContainers': 'by the subresource of this name alone',
  'core.v1.EphemeralContainer': 'by the subresource of this name alone',
  'discovery.v1.Endpoint.deprecatedTopology': 'dropped',
  'certificates.v1.CertificateSigningRequestSpec.username': "the server's",
  'certificates.v1.CertificateSigningRequestSpec.uid': "the server's",
  'certificates.v1.CertificateSigningRequestSpec.groups': "the server's",
  'certificates.v1.CertificateSigningRequestSpec.extra': "the server's",
  'events.v1.Event.deprecatedSource': 'of events that came in the core form',
  'events.v1.Event.deprecatedFirstTimestamp': 'of events that came in the core form',
  'events.v1.Event.deprecatedLastTimestamp': 'of events that came in the core form',
  'events.v1.Event.deprecatedCount': 'of events that came in the core form',
  'flowcontrol.v1.PriorityLevelConfigurationSpec.exempt': "of the server's own level alone",
  'flowcontrol.v1.ExemptPriorityLevelConfiguration': "of the server's own level alone",
  'apiextensions.v1.JSONSchemaProps.id': 'forbidden',
  'apiextensions.v1.JSONSchemaProps.$schema': 'forbidden',
  'apiextensions.v1.JSONSchemaProps.$ref': 'forbidden',
  'apiextensions.v1.JSONSchemaProps.uniqueItems': 'forbidden',
  'apiextensions.v1.JSONSchemaProps.patternProperties': 'forbidden',
  'apiextensions.v1.JSONSchemaProps.dependencies': 'forbidden',
  'apiextensions.v1.JSONSchemaProps.additionalItems': 'forbidden',
  'apiextensions.v1.JSONSchemaProps.definitions': 'forbidden',
  'apiextensions.v1.CustomResourceDefinitionSpec.preserveUnknownFields': 'false is left out',
  'coordination.v1.LeaseSpec.strategy': 'gated off: dropped',
  'coordination.v1.LeaseSpec.preferredHolder': 'gated off: dropped',
  'resource.v1.DeviceAttribute.ints': 'gated off: dropped',
  'resource.v1.DeviceAttribute.bools': 'gated off: dropped',
  'resource.v1.DeviceAttribute.strings': 'gated off: dropped',
  'resource.v1.DeviceAttribute.versions': 'gated off: dropped',
  'resource.v1.Device.nodeAllocatableResourceMappings': 'gated off: dropped',
  'resource.v1.NodeAllocatableResourceMapping': 'gated off: dropped',
};

it('together they hold every field', () => {
  const base = recorded();
  if (base.length === 0) return;
  const held = new Set<string>();
  for (const { kind, object } of [...mine, ...base]) noteFields(object, kind, held);
  const stored = KINDS.filter(({ review, collectionAction, verbs }) => {
    return review === undefined && collectionAction === undefined && verbs?.includes('create') !== false;
  });
  const all = new Set(stored.flatMap((kind) => [...fieldsIn(kind)]));
  const missing = [...all].filter((field) => !held.has(field) && !isNever(field));
  expect(missing).toEqual([]);
});

function isNever(field: string): boolean {
  return field in NEVER || field.slice(0, field.lastIndexOf('.')) in NEVER;
}
