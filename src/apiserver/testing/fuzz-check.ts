// Holds what must be true of any request: there is an answer, never a throw; a refusal is a Status and has changed nothing; what
// is answered can be rendered as the gateway does it.
//
// The runs are the same each time. `FUZZ_SEED` and `FUZZ_RUNS` make others and more of them.

import fc from 'fast-check';
import { expect } from 'vitest';
import { KINDS } from '../../api/scheme.ts';
import { render } from '../../gateway/render/render.ts';
import { Choices } from './fuzz.ts';
import type { Answer, Rig, Sent } from './rig.ts';
import { START } from './rig.ts';

const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
export const RUNS = Number(process.env['FUZZ_RUNS'] ?? 40);

export const MEDIA = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

/** As the gateway does it. */
function rendered({ text, response }: Answer): void {
  const { encoding } = response;
  if (encoding === undefined || encoding.document !== undefined || text === '') return;
  const kindOf: Parameters<typeof render>[2]['kindOf'] = ({ group, version, resource }) =>
    KINDS.find((kind) => kind.group === group && kind.version === version && kind.resource === resource);
  expect(render(text, encoding, { kindOf, now: START }).body.length).toBeGreaterThan(0);
}

/** Sends a request and holds what must be true of any. */
export function checked(rig: Rig, method: string, url: string, sent: Sent = {}): Answer | undefined {
  const request = `${method} ${url} ${JSON.stringify(sent)}`;
  const before = rig.log.head;
  const plan = rig.plan(method, url, sent);
  if (plan.effect === 'watch') {
    for (const frames of plan.watch.initial()) {
      for (const frame of frames.trimEnd().split('\n')) if (frame !== '') JSON.parse(frame);
    }
    expect(rig.log.head, request).toBe(before);
    return undefined;
  }
  const answer = rig.send(method, url, sent);
  const { status, body, response } = answer;
  expect(status, request).toSatisfy((code: number) => (code >= 200 && code < 300) || (code >= 400 && code < 600));
  if (status >= 400) {
    expect(rig.log.head, request).toBe(before);
    if (response.contentType === 'application/json') {
      expect(body, request).toMatchObject({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: status });
    }
  }
  if (plan.effect === 'read' || url.includes('dryRun=All&')) expect(rig.log.head, request).toBe(before);
  rendered(answer);
  return answer;
}

function choicesOf(g: fc.GeneratorValue): Choices {
  return new Choices((bound) => g(fc.nat, { max: bound - 1 }));
}

export function check(runs: number, body: (choices: Choices) => void): void {
  fc.assert(
    fc.property(fc.gen(), (g) => body(choicesOf(g))),
    { seed: SEED, numRuns: runs, endOnFailure: true },
  );
}
