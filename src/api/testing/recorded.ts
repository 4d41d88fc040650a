// Recorded answers of a real API server, and what the kinds alone make of the same requests: defaults, strategies,
// validation. Decoding, admission and the log are not part of it.

import { clone, isObject } from '../../lib/json.ts';
import type { JsonObject } from '../../lib/json.ts';
import { nameSuffix, seededRandom } from '../../lib/random.ts';
import { canonical } from '../../schema/decode/canonical.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { definition } from '../../schema/table.ts';
import { oracleRecords } from '../../schema/testing/oracle.ts';
import type { Kind, StrategyContext } from '../kind.ts';
import type { KubeObject } from '../object.ts';
import { KINDS, Scheme } from '../scheme.ts';
import type { Status, StatusCause } from '../status.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../validation/object-meta.ts';

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly contentType?: string;
  readonly body?: unknown;
}

export interface Recorded {
  readonly id: string;
  readonly what: string;
  readonly setup?: RecordedRequest;
  readonly setupRequests?: readonly RecordedRequest[];
  /** tables.jsonl: the object that the row shows. */
  readonly object?: unknown;
  readonly request: RecordedRequest;
  readonly response: { readonly status: number; readonly warnings?: string[]; readonly body: JsonObject };
}

/** Records of a file of the recorder; none, with a printed reason, where it is absent. */
export function records(file: string): Recorded[] {
  return (oracleRecords<Recorded>(`oracle/api/${file}`) ?? []).map((record) => expand(record) as Recorded);
}

/** Long strings are stored as how often one character repeats. */
function expand(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expand);
  if (!isObject(value)) return value;
  const repeat = value['$repeat'];
  if (Array.isArray(repeat)) return (repeat[0] as string).repeat(Number(repeat[1]));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expand(item)]));
}

/** Pods, nodes and namespaces are replayed beside their own files; `sub-` are bodies of subresources. */
export function isOurs(id: string): boolean {
  return !['pod-', 'node', 'namespace', 'sub-'].some((prefix) => id.startsWith(prefix));
}

const scheme = new Scheme(KINDS);

/** Below a namespace, and no subresource of the namespace itself. */
function isNamespaced([first, , third]: readonly string[]): boolean {
  return first === 'namespaces' && third !== undefined && !['finalize', 'status'].includes(third);
}

/** The kind of `/apis/apps/v1/namespaces/default/deployments/web/status`, and its subresource. */
export function target(path: string): { kind: Kind; subresource: string } | undefined {
  const segments = path.split('?')[0]?.split('/') ?? [];
  const core = segments[1] === 'api';
  const rest = segments.slice(core ? 3 : 4);
  const [resource, , subresource = ''] = isNamespaced(rest) ? rest.slice(2) : rest;
  const kind = scheme.byResource(core ? '' : (segments[2] ?? ''), segments[core ? 2 : 3] ?? '', resource ?? '');
  return kind === undefined ? undefined : { kind, subresource };
}

/** What decoding, and encoding for storage, make of an object. */
export function canonicalOf(kind: Kind, object: unknown): KubeObject {
  const schema = definition(kind.definition);
  if (schema === undefined) throw new Error(`no schema: ${kind.definition}`);
  return canonical(object as JsonObject, schema).object as unknown as KubeObject;
}

/** What every cluster has. */
const SERVICE_RANGE = { spec: { cidrs: ['10.96.0.0/16'] }, metadata: { name: 'kubernetes' } };

export function context(dryRun: boolean, inUse: ReadonlySet<string> = new Set()): StrategyContext {
  return {
    now: Date.parse('2026-01-01T00:00:00Z'),
    random: seededRandom(1),
    dryRun,
    live: (resource) => (resource === 'servicecidrs.networking.k8s.io' ? [SERVICE_RANGE] : []) as never,
    termInUse: (term) => inUse.has(term),
  };
}

export interface Outcome {
  readonly object: KubeObject;
  readonly errors: FieldError[];
}

/** Of a refused allocation its errors, which are all that a client hears of. */
function refusal(object: KubeObject, status: Status): Outcome {
  const { causes = [] } = status.details ?? {};
  return {
    object,
    errors: causes.map(({ reason, message, field }) => ({ type: reason, message, field })) as FieldError[],
  };
}

export function create(kind: Kind, namespace: string, body: unknown, strategy: StrategyContext): Outcome {
  const draft = canonicalOf(kind, body);
  draft.metadata ??= {} as KubeObject['metadata'];
  if (kind.namespaced) draft.metadata.namespace = namespace;
  if ((draft.metadata.name ?? '') === '' && draft.metadata.generateName !== undefined) {
    draft.metadata.name = draft.metadata.generateName + nameSuffix(seededRandom(1));
  }
  kind.setDefaults?.(draft);
  admit(draft);
  if (kind.status !== undefined) delete (draft as { status?: unknown }).status;
  if (kind.hasGeneration === true) draft.metadata.generation = 1;
  draft.metadata.uid = 'u';
  const refused = kind.allocate?.(draft, undefined, strategy);
  if (refused !== undefined) return refusal(draft, refused);
  kind.prepareForCreate?.(draft, strategy);
  const object = canonicalOf(kind, draft);
  const errors = [...validateObjectMeta(object.metadata, kind), ...(kind.validate?.(object, strategy) ?? [])];
  if (errors.length === 0) kind.settle?.(object);
  return { object: canonicalOf(kind, object), errors };
}

/** What admission writes that the kinds depend on. */
function admit(draft: KubeObject): void {
  if (draft.kind !== 'CertificateSigningRequest') return;
  const request = draft as KubeObject & { spec?: Record<string, unknown> };
  const requester = { username: 'admin', uid: 'admin', groups: ['system:masters', 'system:authenticated'] };
  request.spec = { ...request.spec, ...requester };
}

/** An update of `old`, or of one of its subresources, to `body`. */
export function update(
  kind: Kind,
  old: KubeObject,
  body: unknown,
  subresource: string,
  strategy: StrategyContext,
): Outcome {
  const object = canonicalOf(kind, body);
  kind.setDefaults?.(object);
  const { uid, resourceVersion, creationTimestamp, generation, namespace } = old.metadata;
  Object.assign(object.metadata, { uid, resourceVersion, creationTimestamp, namespace });
  if (generation !== undefined) object.metadata.generation = generation;
  const next = object as { spec?: unknown; status?: unknown };
  const before = clone(old) as { spec?: unknown; status?: unknown };
  let errors: FieldError[];
  const part = kind.parts?.[subresource];
  if (part !== undefined) {
    part.prepare(object, old, strategy);
    errors = part.validate(object, old);
  } else if (subresource === 'status') {
    next.spec = before.spec;
    kind.status?.prepare?.(object, old, strategy);
    errors = kind.status?.validate?.(object, old, strategy) ?? [];
  } else {
    if (kind.status !== undefined) next.status = before.status;
    const refused = kind.allocate?.(object, old, strategy);
    if (refused !== undefined) return refusal(object, refused);
    kind.prepareForUpdate?.(object, old, strategy);
    errors = kind.validateUpdate?.(object, old, strategy) ?? kind.validate?.(object, strategy) ?? [];
  }
  errors = [...validateObjectMetaUpdate(object.metadata, old.metadata, kind), ...errors];
  return { object: canonicalOf(kind, object), errors };
}

export function causesOf(errors: readonly FieldError[]): StatusCause[] {
  return errors.map((error) => ({ reason: error.type, message: error.message, field: error.field }));
}

export function recordedCauses(record: Recorded): unknown {
  return (record.response.body['details'] as { causes?: unknown } | undefined)?.causes ?? [];
}

const META = ['name', 'generateName', 'generation', 'labels', 'annotations', 'finalizers', 'ownerReferences'];

/** Of the admission plugin that keeps volumes in use. */
const PROTECTION = ['kubernetes.io/pv-protection', 'kubernetes.io/pvc-protection', 'kubernetes.io/vac-protection'];

/** Leaves out metadata that shared code or admission fills in. */
export function comparable(object: unknown): Record<string, unknown> {
  const copy = clone(object) as { metadata: Record<string, unknown> };
  copy.metadata = Object.fromEntries(
    Object.entries(copy.metadata).filter(
      ([key, value]) => META.includes(key) && !(Array.isArray(value) && PROTECTION.includes(value[0] as string)),
    ),
  );
  return copy;
}

const PLACEHOLDERS: Readonly<Record<string, string>> = {
  '<ip>': '10\\.96\\.\\d+\\.\\d+',
  '<port>': '3[0-2]\\d{3}',
  '<rand>': '[a-z0-9]{5}',
  '<age>': '.*',
  '<time>': '.*',
  '<uid>': '(?:u|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})',
};

/** Whether a value is one that a recorded text with placeholders stands for. */
function fits(actual: unknown, recorded: string): boolean {
  const [, letter, count] = /^<repeat (.) (\d+)>$/.exec(recorded) ?? [];
  if (letter !== undefined) return actual === letter.repeat(Number(count));
  const escaped = recorded.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = escaped.replace(/<(ip|port|rand|age|time|uid)>/g, (name) => PLACEHOLDERS[name] ?? name);
  return pattern !== escaped && new RegExp(`^${pattern}$`).test(String(actual));
}

/** `actual` with the recorded placeholder wherever its value is one that the placeholder stands for. */
export function mask(actual: unknown, recorded: unknown): unknown {
  if (typeof recorded === 'string') return fits(actual, recorded) ? recorded : actual;
  if (Array.isArray(actual) && Array.isArray(recorded)) return actual.map((item, index) => mask(item, recorded[index]));
  if (!isObject(actual) || !isObject(recorded)) return actual;
  return Object.fromEntries(Object.entries(actual).map(([key, item]) => [key, mask(item, recorded[key])]));
}

/** A recorded body with the current object's values in place of its placeholders. */
export function fill(body: unknown, current: unknown): unknown {
  if (typeof body === 'string') return /^<.*>$/.test(body) ? current : body;
  if (Array.isArray(body))
    return body.map((item, index) => fill(item, Array.isArray(current) ? current[index] : undefined));
  if (!isObject(body)) return body;
  return Object.fromEntries(
    Object.entries(body).map(([key, item]) => [key, fill(item, isObject(current) ? current[key] : undefined)]),
  );
}

/** Counts agreement by base object and prints it. */
export class Tally {
  readonly #shares = new Map<string, { same: number; all: number }>();

  add(id: string, same: boolean): void {
    const base = id.split('/')[0] ?? '';
    const { same: before, all } = this.#shares.get(base) ?? { same: 0, all: 0 };
    this.#shares.set(base, { same: before + (same ? 1 : 0), all: all + 1 });
  }

  print(title: string): void {
    const parts = [...this.#shares].map(([base, { same, all }]) => `${base} ${same}/${all}`);
    console.log(`${title}, as recorded: ${parts.join(', ')}`);
  }
}
