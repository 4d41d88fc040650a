// Replays recorded updates of pods, nodes and namespaces against their strategies. Patching, preconditions and the
// subresources that the kinds do not have are not part of it.

import { describe, expect, test } from 'vitest';
import { clone } from '../../../lib/json.ts';
import { seededRandom } from '../../../lib/random.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { oracleRecords } from '../../../schema/testing/oracle.ts';
import type { Kind, StrategyContext } from '../../kind.ts';
import type { KubeObject } from '../../object.ts';
import type { StatusCause } from '../../status.ts';
import type { Node, Pod } from '../../types/core-v1.ts';
import { namespace } from './namespace.ts';
import { node } from './node.ts';
import { pod } from './pod.ts';

interface Recorded {
  readonly id: string;
  readonly what: string;
  readonly setup: { readonly body: KubeObject };
  readonly request: { readonly method: string; readonly path: string; readonly body?: KubeObject };
  readonly response: { readonly status: number; readonly body: { details?: { causes?: StatusCause[] } } };
}

const KINDS: Readonly<Record<string, Kind>> = { 'pod-minimal': pod, node, namespace };
const ALL = (oracleRecords<Recorded>('oracle/api/update.jsonl') ?? []).filter(
  ({ id }) => (id.split('/')[0] ?? '') in KINDS,
);
/** Beyond the common records 0 to 5. */
const RECORDS = ALL.filter(({ id, request: { method, path } }) => {
  const own = Number(id.split('/')[1]) > 5;
  return own && method === 'PUT' && /\/[^/]+(\/status)?\?/.test(path) && !path.includes('/finalize');
});

const context: StrategyContext = {
  now: Date.parse('2026-01-01T00:00:00Z'),
  random: seededRandom(1),
  dryRun: false,
  live: () => [],
  termInUse: () => false,
};

/** The object before the change: what a no-op PUT of the same kind sends. */
function before(base: string, changed: KubeObject, setup: KubeObject): KubeObject {
  const noop = ALL.find(({ id }) => id === `${base}/0`)?.request.body;
  if (noop === undefined) throw new Error(`no no-op record of ${base}`);
  const old = clone(noop);
  old.metadata = {
    ...clone(changed.metadata),
    ...(old.metadata.labels === undefined ? {} : { labels: old.metadata.labels }),
  };
  if (base === 'node') {
    // Every node of the recording had a range of its own.
    const { podCIDR } = (setup as Node).spec ?? {};
    Object.assign((old as Node).spec ?? {}, { podCIDR, podCIDRs: [podCIDR] });
  }
  return old;
}

/** Service account names of volumes that are names, and the tolerations that admission gives every pod again. */
function admitted(base: string, body: KubeObject): KubeObject {
  const object = JSON.parse(JSON.stringify(body).replaceAll('<rand>', 'abcde')) as Pod;
  const tolerations = base === 'pod-minimal' ? object.spec?.tolerations : undefined;
  for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
    if (tolerations === undefined || tolerations.some((item) => item.key === key)) continue;
    tolerations.push({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 });
  }
  return object;
}

function update(
  kind: Kind,
  old: KubeObject,
  body: KubeObject,
  status: boolean,
): { object: KubeObject; errors: FieldError[] } {
  const object = clone(body) as KubeObject & { spec?: unknown; status?: unknown };
  const previous = old as KubeObject & { spec?: unknown; status?: unknown };
  kind.setDefaults?.(object);
  if (status) {
    object.spec = previous.spec;
    kind.status?.prepare?.(object, old, context);
    return { object, errors: kind.status?.validate?.(object, old, context) ?? [] };
  }
  object.status = previous.status;
  kind.prepareForUpdate?.(object, old, context);
  return { object, errors: kind.validateUpdate?.(object, old, context) ?? [] };
}

describe.runIf(RECORDS.length > 0)('recorded updates', () => {
  test.each(RECORDS)('$id $what: $response.status', ({ id, setup, request, response }) => {
    const base = id.split('/')[0] ?? '';
    if (request.body === undefined) throw new Error('a PUT has a body');
    const old = admitted(base, before(base, request.body, setup.body));
    const body = admitted(base, request.body);
    const { errors } = update(KINDS[base] ?? pod, old, body, request.path.includes('/status?'));
    const causes = errors.map(({ type, message, field }) => ({ reason: type, message, field }));
    expect(causes).toEqual(response.status === 422 ? response.body.details?.causes : []);
  });
});
