// Replays recorded creates of pods, nodes and namespaces against their defaults, strategies and validation. Decoding is
// not part of it: records answered with 400 are left out, as are those that admission refuses or changes.

import { afterAll, describe, expect, test } from 'vitest';
import { clone, deepEqual, isObject } from '../../../lib/json.ts';
import { seededRandom } from '../../../lib/random.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { oracleRecords } from '../../../schema/testing/oracle.ts';
import type { Kind, StrategyContext } from '../../kind.ts';
import type { KubeObject } from '../../object.ts';
import type { StatusCause } from '../../status.ts';
import { validateObjectMeta } from '../../validation/object-meta.ts';
import { namespace } from './namespace.ts';
import { node } from './node.ts';
import { pod } from './pod.ts';

interface Recorded {
  readonly id: string;
  readonly what: string;
  readonly request: { readonly body?: unknown };
  readonly response: { readonly status: number; readonly body: unknown; readonly warnings: string[] };
}

const KINDS: Readonly<Record<string, Kind>> = { node, namespace };

/** Answers that are not the kind's. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'namespace/s6': 'pod security admission',
  'node/m17': 'decoding fills in members that are always served',
};

function expand(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expand);
  if (!isObject(value)) return value;
  const repeat = value['$repeat'];
  if (Array.isArray(repeat)) return (repeat[0] as string).repeat(Number(repeat[1]));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expand(item)]));
}

const MAPS = ['labels', 'annotations', 'matchLabels', 'nodeSelector'];
const QUANTITIES = ['capacity', 'allocatable', 'limits', 'requests'];
const TEXT_LISTS = [
  'finalizers',
  'namespaces',
  'command',
  'args',
  'values',
  'podCIDRs',
  'monitors',
  'hostnames',
  'accessModes',
];

/** What decoding makes of nulls: the zero value of a list's or map's member, nothing elsewhere. */
function decode(value: unknown, key = ''): unknown {
  if (Array.isArray(value))
    return value.map((item) => (item === null ? (TEXT_LISTS.includes(key) ? '' : {}) : decode(item)));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, item]): [string, unknown] => {
    if (item === null && MAPS.includes(key)) return [name, ''];
    if (item === null && QUANTITIES.includes(key)) return [name, '0'];
    return [name, decode(item, name)];
  });
  return Object.fromEntries(entries.filter(([, item]) => item !== null));
}

const context: StrategyContext = {
  now: Date.parse('2026-01-01T00:00:00Z'),
  random: seededRandom(1),
  dryRun: true,
  live: () => [],
  termInUse: () => false,
};

/** What the pipeline does with a decoded create. */
function create(kind: Kind, body: unknown): { object: KubeObject; errors: FieldError[] } {
  const object = (decode(clone(expand(body))) ?? {}) as KubeObject;
  object.apiVersion ??= 'v1';
  object.kind ??= kind.kind;
  object.metadata ??= {} as KubeObject['metadata'];
  if (kind.namespaced) object.metadata.namespace = 'default';
  for (const key of ['deletionTimestamp', 'selfLink', 'managedFields'] as const) delete object.metadata[key];
  kind.setDefaults?.(object);
  if (kind === pod) admit(object);
  if (kind.status !== undefined && kind.status.keptOnCreate !== true) delete (object as { status?: unknown }).status;
  if (kind.hasGeneration === true) object.metadata.generation = 1;
  kind.prepareForCreate?.(object, context);
  if (!object.metadata.name && object.metadata.generateName) {
    object.metadata.name = `${object.metadata.generateName.slice(0, 58)}<rand>`;
  }
  kind.canonicalize?.(object);
  // The recorded suffix is a placeholder that is no name.
  const meta = JSON.parse(JSON.stringify(object.metadata).replaceAll('<rand>', 'abcde')) as KubeObject['metadata'];
  const errors = [
    ...validateObjectMeta(meta, kind),
    ...(kind.validate?.({ ...object, metadata: meta }, context) ?? []),
  ];
  return { object, errors };
}

/** The part of service account admission that validation depends on. */
function admit(object: KubeObject): void {
  const { spec } = object as { spec?: { serviceAccountName?: string; serviceAccount?: string } };
  if (spec === undefined) return;
  spec.serviceAccountName ||= 'default';
  spec.serviceAccount ||= 'default';
}

/** Takes out what admission adds to every pod and node. */
function withoutAdmission(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.filter((item) => {
      if (!isObject(item)) return true;
      if ((item['name'] as string | undefined)?.startsWith('kube-api-access-') === true) return false;
      if (key === 'taints') return item['key'] !== 'node.kubernetes.io/not-ready';
      return key !== 'tolerations' || item['tolerationSeconds'] !== 300;
    });
    return items.map((item) => withoutAdmission(item));
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, item]): [string, unknown] => [name, withoutAdmission(item, name)]);
  return Object.fromEntries(
    entries.filter(([name, item]) => {
      if (['uid', 'creationTimestamp', 'priority', 'preemptionPolicy'].includes(name)) return false;
      return !(
        Array.isArray(item) &&
        item.length === 0 &&
        ['volumes', 'volumeMounts', 'tolerations', 'taints'].includes(name)
      );
    }),
  );
}

/** Times differ from run to run. */
function withoutTimes(value: unknown): unknown {
  const text = JSON.stringify(value).replace(/"lastTransitionTime":"[^"]*"/g, '"lastTransitionTime":"<time>"');
  return JSON.parse(text) as unknown;
}

function causesOf(errors: readonly FieldError[]): StatusCause[] {
  return errors.map((error) => ({
    reason: error.type,
    message: error.message.replaceAll('abcde"', '<rand>"'),
    field: error.field,
  }));
}

const share = new Map<string, { same: number; all: number }>();

function count(name: string, same: boolean): void {
  const entry = share.get(name) ?? { same: 0, all: 0 };
  share.set(name, { same: entry.same + (same ? 1 : 0), all: entry.all + 1 });
}

const RECORDS = (oracleRecords<Recorded>('oracle/api/create.jsonl') ?? []).filter(({ id, request, response }) => {
  const base = id.split('/')[0] ?? '';
  const ours = base.startsWith('pod-') || base in KINDS;
  return ours && !(id in ELSEWHERE) && request.body !== undefined && [201, 422].includes(response.status);
});

describe.runIf(RECORDS.length > 0)('recorded creates', () => {
  for (const { id, what, request, response } of RECORDS) {
    const base = id.split('/')[0] ?? '';
    test(`${id} ${what}: ${response.status}`, () => {
      const kind = KINDS[base] ?? pod;
      const { object, errors } = create(kind, request.body);
      if (response.status === 201) {
        const actual = withoutTimes(withoutAdmission(object));
        const recorded = withoutTimes(withoutAdmission(response.body));
        count(`${base} 201`, errors.length === 0 && deepEqual(actual, recorded));
        expect(causesOf(errors)).toEqual([]);
        expect(actual).toEqual(recorded);
        const named = JSON.parse(JSON.stringify(object).replaceAll('<rand>', 'abcde')) as KubeObject;
        expect(kind.warnings?.(named, undefined) ?? []).toEqual(response.warnings);
      } else {
        const recorded = expand((response.body as { details?: { causes?: StatusCause[] } }).details?.causes ?? []);
        count(`${base} 422`, deepEqual(causesOf(errors), recorded));
        expect(causesOf(errors)).toEqual(recorded);
      }
    });
  }

  afterAll(() => {
    for (const [name, { same, all }] of share) console.log(`${name}: ${same} of ${all} as recorded`);
  });
});
