// The form of the recorded transcripts, and what a scenario needs before its first step.

import { readFileSync } from 'node:fs';

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body?: unknown;
  readonly bodyHex?: string;
  readonly bodyRecipe?: Readonly<Record<string, unknown>>;
}

export interface RecordedEvent {
  readonly type: string;
  readonly object: Record<string, unknown>;
}

export interface RecordedStep {
  /** Set for a watch that stays open over the steps that follow. */
  readonly watch?: string;
  readonly request: RecordedRequest;
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string | string[]>>;
    readonly body?: unknown;
    readonly bodyHexPrefix?: string;
    readonly events?: readonly RecordedEvent[];
    readonly ended?: 'client' | 'server';
    readonly itemsCut?: number;
  };
}

export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly notes?: readonly string[];
  readonly steps: readonly RecordedStep[];
}

export function readScenarios(file: string): Scenario[] {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Scenario);
}

/** Namespaces that must exist before the first step: those the scenario names and does not make itself. */
export function namespacesOf(scenario: Scenario): string[] {
  const made = new Set<string>();
  const used = new Set<string>();
  for (const { request, response } of scenario.steps) {
    for (const [, name] of request.path.matchAll(/\/namespaces\/(oracle-sem-[a-z0-9-]+)/g)) used.add(name as string);
    const body = request.body as { kind?: string; metadata?: { name?: string } } | undefined;
    const creates = request.method === 'POST' && request.path.startsWith('/api/v1/namespaces');
    // One that is refused as a second of its name was there before.
    if (creates && body?.kind === 'Namespace' && response.status !== 409) made.add(body.metadata?.name ?? '');
  }
  for (const { path } of fixturesOf(scenario)) used.add(path.split('/')[4] ?? '');
  used.delete('oracle-sem-none');
  return [...used].filter((name) => !made.has(name));
}

/** Objects that the record says were there, unrecorded. */
export function fixturesOf(scenario: Scenario): Array<{ path: string; body: object }> {
  const fixtures: Array<{ path: string; body: object }> = [];
  for (const note of scenario.notes ?? []) {
    const secrets = /^unrecorded: 3 secrets c0\.\. with labels n=0\.\. (\{.*\})$/.exec(note);
    if (secrets !== null) {
      const extra = JSON.parse(secrets[1] ?? '{}') as { finalizers?: string[] };
      for (const n of ['0', '1', '2']) {
        const metadata = { name: `c${n}`, labels: { n }, ...extra };
        fixtures.push({
          path: `/api/v1/namespaces/oracle-sem-${scenario.id}/secrets`,
          body: { apiVersion: 'v1', kind: 'Secret', metadata },
        });
      }
    }
    const maps = /^unrecorded: config maps labelled (\w+)=y: (.*)$/.exec(note);
    for (const group of maps?.[2]?.split('; ') ?? []) {
      const [namespace = '', names = ''] = group.split(': ');
      for (const name of names.split(', ')) {
        const metadata = { name, labels: { [maps?.[1] ?? '']: 'y' } };
        fixtures.push({
          path: `/api/v1/namespaces/${namespace}/configmaps`,
          body: { apiVersion: 'v1', kind: 'ConfigMap', metadata },
        });
      }
    }
  }
  return fixtures;
}

/** What a namespace of the recorder's cluster, a fork, held besides ours: some lists count it. The contents were cut. */
export function namespaceFixture(namespace: string): { path: string; body: object } {
  const annotations = { 'service.beta.openshift.io/inject-cabundle': 'true' };
  const metadata = { name: 'openshift-service-ca.crt', annotations };
  return {
    path: `/api/v1/namespaces/${namespace}/configmaps?fieldManager=kube-controller-manager`,
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'service-ca.crt': '<ca>' } },
  };
}

/** The body of a request of the scenario with this id, as the text that was sent. Undefined: none. */
export function bodyOf(request: RecordedRequest, id: string): string | Buffer | undefined {
  if (request.bodyHex !== undefined) return Buffer.from(request.bodyHex, 'hex');
  if (request.bodyRecipe !== undefined) return recipeBody(request, id);
  if (request.body === undefined) return undefined;
  return typeof request.body === 'string' ? request.body : spacedJson(request.body);
}

/** JSON as the recorder wrote it, with a space behind each comma and colon: some messages quote its beginning. */
export function spacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spacedJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${spacedJson(member)}`);
  return `{${members.join(', ')}}`;
}

function recipeBody({ path, bodyRecipe = {} }: RecordedRequest, id: string): string {
  const [[what = '', how] = []] = Object.entries(bodyRecipe);
  if (what === 'repeatArrayElement')
    return JSON.stringify(Array.from({ length: Number(bodyRecipe['count']) }, () => how));
  if (what === 'copyOps') {
    return JSON.stringify(
      Array.from({ length: 40 }, (_, index) => ({ op: 'copy', from: '/data/a', path: `/data/b${index}` })),
    );
  }
  const expression = String(how).replace('x repeated ', '');
  const size = expression.split('+').reduce((sum, part) => sum + part.split('*').reduce((a, b) => a * Number(b), 1), 0);
  const text = 'x'.repeat(size);
  if (what === 'data.z') return JSON.stringify({ data: { z: text } });
  const name = path.endsWith('/none') ? 'none' : id;
  const base = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } };
  if (what === 'configMap data.a') return JSON.stringify({ ...base, data: { a: text } });
  if (what === 'metadata.annotations.a')
    return JSON.stringify({ ...base, metadata: { name, annotations: { a: text } } });
  if (what === 'secret stringData.a') return JSON.stringify({ ...base, kind: 'Secret', stringData: { a: text } });
  if (what === 'configMap with data.a of') {
    return JSON.stringify({ ...base, data: { a: 'x'.repeat(Number(how)) } });
  }
  throw new Error(`no recipe for ${what}`);
}
