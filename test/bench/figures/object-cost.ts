import { deployment } from '../../../src/api/apps/v1/deployment.ts';
import { pod } from '../../../src/api/core/v1/pod.ts';
import type { Kind, StrategyContext } from '../../../src/api/kind.ts';
import type { KubeObject } from '../../../src/api/object.ts';
import { validateObjectMeta } from '../../../src/api/validation/object-meta.ts';
import { seededRandom } from '../../../src/lib/random.ts';
import { toCanonical } from '../../../src/registry/canonical.ts';
import { decodeObject } from '../../../src/schema/decode/decode-object.ts';
import type { Figure, Row } from '../figure.ts';
import { realSizeDeployment, realSizePod } from '../pods.ts';

const ROUNDS = 25;
const PER_ROUND = 100;
const KINDS = [
  { kind: pod, body: realSizePod },
  { kind: deployment, body: realSizeDeployment },
];

/** A Pod and a Deployment of 10 kB decoded, defaulted and validated, beside reading and writing their texts as JSON. */
export const objectCost: Figure = {
  name: 'object-cost',
  run() {
    return Promise.resolve(KINDS.map(({ kind, body }) => cost(kind, body)));
  },
};

/** Of the fastest rounds: whatever else the machine does only ever adds to them. */
function cost(kind: Kind, body: (name: string) => string): Row {
  const texts = Array.from({ length: PER_ROUND }, (_, n) => body(`object-${n}`));
  let [least, leastOfJson] = [Infinity, Infinity];
  for (let round = 0; round < ROUNDS; round++) {
    leastOfJson = Math.min(leastOfJson, micros(texts, throughJson));
    least = Math.min(
      least,
      micros(texts, (text) => readyToStore(kind, text)),
    );
  }
  return {
    label: `a ${kind.kind} of ${((texts[0] ?? '').length / 1000).toFixed(1)} kB: decode, default, validate`,
    value: least,
    unit: 'µs',
    floor: { value: leastOfJson, share: least / leastOfJson },
    want: { atMost: 4 },
  };
}

function micros(texts: readonly string[], work: (text: string) => number): number {
  const start = performance.now();
  let seen = 0;
  for (const text of texts) seen += work(text);
  const took = performance.now() - start;
  if (seen === 0) throw new Error('nothing was done');
  return (took * 1000) / texts.length;
}

function throughJson(text: string): number {
  return JSON.stringify(JSON.parse(text)).length;
}

const CONTEXT: StrategyContext = {
  now: Date.UTC(2026, 0, 1),
  random: seededRandom(1),
  dryRun: false,
  live: () => [],
  termInUse: () => false,
};

/** The steps of a create between its body and the log that are the object's own, in their order. */
function readyToStore(kind: Kind, text: string): number {
  const decoded = decodeObject({ text, format: 'json', expected: kind, fieldValidation: 'Strict' });
  if (!decoded.ok) throw new Error(decoded.message);
  const draft = decoded.object as unknown as KubeObject;
  kind.setDefaults?.(draft);
  draft.metadata.namespace = 'default';
  kind.prepareForCreate?.(draft, CONTEXT);
  const object = toCanonical(kind, draft);
  const errors = [...validateObjectMeta(object.metadata, kind), ...(kind.validate?.(object, CONTEXT) ?? [])];
  if (errors.length > 0) throw new Error(JSON.stringify(errors[0]));
  return object.kind.length;
}
