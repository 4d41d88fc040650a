import { describe, expect, it } from 'vitest';
import { definitionOfKind } from '../table.ts';
import { oracleRecords } from '../testing/oracle.ts';
import type { OracleScenario } from '../testing/oracle.ts';
import { canonical } from './canonical.ts';
import { decodeObject } from './decode-object.ts';
import type { DecodedObject, ExpectedKind, FieldValidation } from './decode-object.ts';

function expected(apiVersion: string, kind: string): ExpectedKind | undefined {
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const schema = definitionOfKind(group, version, kind);
  return schema === undefined ? undefined : { group, version, kind, definition: schema.id };
}

function decode(text: string, kind = 'ConfigMap', fieldValidation: FieldValidation = 'Strict'): DecodedObject {
  const wanted = expected('v1', kind);
  if (wanted === undefined) throw new Error(kind);
  return decodeObject({ text, format: /^\s*[{[]/.test(text) ? 'json' : 'yaml', expected: wanted, fieldValidation });
}

interface Created {
  readonly id: string;
  readonly request: { readonly body?: unknown; readonly rawBody?: string; readonly contentType?: string };
  readonly response: { readonly status: number; readonly body: Record<string, unknown> & { message?: string } };
}

/** Records shorten long strings to {"$repeat": [character, count]}. */
function lengthen(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lengthen);
  if (typeof value !== 'object' || value === null) return value;
  const repeat = (value as { $repeat?: [string, number] }).$repeat;
  if (repeat !== undefined) return repeat[0].repeat(repeat[1]);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, lengthen(item)]));
}

describe('recorded creates', () => {
  const records = oracleRecords<Created>('oracle/api/create.jsonl') ?? [];

  it('serve objects that are canonical to the byte', () => {
    let checked = 0;
    for (const { id, response } of records) {
      if (response.status !== 201) continue;
      const text = JSON.stringify(response.body)
        .replaceAll('"<time>"', '"2026-01-01T00:00:00Z"')
        .replaceAll('"<port>"', '30000');
      const object = JSON.parse(text) as { apiVersion: string; kind: string };
      const kind = expected(object.apiVersion, object.kind);
      const schema = kind && definitionOfKind(kind.group, kind.version, kind.kind);
      if (schema === undefined || text.includes('$repeat')) continue;
      expect(JSON.stringify(canonical(object as never, schema).object), id).toBe(text);
      checked++;
    }
    expect(checked).toBeGreaterThan(records.length === 0 ? -1 : 800);
  });

  it('are refused where upstream refuses them, nearly always in the same words', () => {
    const bases = new Map(
      records.filter(({ id }) => id.endsWith('/0')).map(({ id, request }) => [id.slice(0, -2), request.body]),
    );
    const counts = { same: 0, otherWords: 0, wrong: [] as string[] };
    for (const { id, request, response } of records) {
      const base = bases.get(id.split('/')[0] ?? '') as { apiVersion?: string; kind?: string } | undefined;
      const kind = expected(base?.apiVersion ?? '', base?.kind ?? '');
      const format = request.contentType === 'application/yaml' ? 'yaml' : 'json';
      if (kind === undefined || request.contentType === 'text/plain') continue;
      const text = request.rawBody ?? JSON.stringify(lengthen(request.body));
      const decoded = decodeObject({ text, format, expected: kind, fieldValidation: 'Strict' });
      const message = (response.body.message ?? '')
        .replace('"<scheme>"', '"pkg/api/legacyscheme/scheme.go:30"')
        .replaceAll('<time>07:00', '2006-01-02T15:04:05Z07:00');
      const refused = response.status === 400 && /cannot be handled|unrecognized/.test(message);
      if (decoded.ok === refused) counts.wrong.push(id);
      else if (!decoded.ok) counts[decoded.message === message ? 'same' : 'otherWords']++;
    }
    // JSON schemas inside a CustomResourceDefinition are free-form here; an old Eviction version is not served.
    expect(counts.wrong.filter((id) => id !== 'crd/m19' && id !== 'sub-eviction/s11')).toEqual([]);
    expect(counts.otherWords).toBeLessThan(30);
    expect(counts.same).toBeGreaterThan(records.length === 0 ? -1 : 750);
  });
});

/** JSON with a space after each comma and colon: how these requests were sent, and messages quote them. */
function spaced(value: unknown): string {
  return JSON.stringify(value, null, 1)
    .replace(/,\n\s*/g, ', ')
    .replace(/\n\s*/g, '');
}

describe('recorded protocol errors', () => {
  const scenarios = oracleRecords<OracleScenario>('oracle/semantics/protocol.jsonl') ?? [];
  const steps = scenarios
    .filter(({ id }) => id >= 'r001' && id <= 'r067')
    .flatMap(({ id, steps: list }) => list.map((step, index) => ({ name: `${id} step ${index}`, step })))
    .filter(
      ({ step }) =>
        step.request.method === 'POST' &&
        /\/(configmaps|pods)(\?|$)/.test(step.request.path) &&
        [200, 201, 400].includes(step.response.status) &&
        /^application\/(json|yaml)/.test(String(step.request.headers?.['Content-Type'])),
    );

  it.each(steps)('$name', ({ step }) => {
    const kind = expected('v1', step.request.path.includes('/pods') ? 'Pod' : 'ConfigMap');
    const { body } = step.request;
    const text = typeof body === 'string' ? body : body === undefined ? '' : spaced(body);
    const validation = /fieldValidation=(Strict|Warn|Ignore)/.exec(step.request.path)?.[1] ?? 'Warn';
    const yaml = String(step.request.headers?.['Content-Type']).includes('yaml');
    if (kind === undefined) throw new Error('no kind');
    const decoded = decodeObject({
      text,
      format: yaml ? 'yaml' : 'json',
      expected: kind,
      fieldValidation: validation as FieldValidation,
    });
    const message = (step.response.body as { message?: string }).message ?? '';
    if (step.response.status === 400) {
      if (!/cannot be handled|unrecognized/.test(message)) return;
      const wanted = message.replace(/in scheme ".*?"/, 'in scheme "pkg/api/legacyscheme/scheme.go:30"');
      expect(decoded).toEqual({ ok: false, code: 400, reason: 'BadRequest', message: wanted });
      return;
    }
    const warnings = ([] as string[])
      .concat(step.response.headers?.['Warning'] ?? [])
      .map((header) => JSON.parse(header.replace(/^299 - /, '')) as string);
    expect(decoded.ok && decoded.warnings).toEqual(warnings);
    const data = (step.response.body as { data?: unknown }).data;
    if (data !== undefined) expect(decoded.ok && decoded.object['data']).toEqual(data);
  });
});

describe('what the stored form keeps and drops', () => {
  it('drops nulls and empty values, keeps explicit zeros of pointers, writes what Go always writes', () => {
    const decoded = decode(
      JSON.stringify({
        metadata: { name: 'a', labels: {}, annotations: null, finalizers: [] },
        spec: {
          hostNetwork: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 0,
          nodeName: '',
          containers: [
            { name: 'c', ports: [{ containerPort: 80, hostPort: 0 }], resources: { limits: { cpu: '1000m' } } },
          ],
        },
      }),
      'Pod',
    );
    expect(decoded.ok && JSON.stringify(decoded.object)).toBe(
      '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"},"spec":{"containers":[{"name":"c","ports":[' +
        '{"containerPort":80,"protocol":"TCP"}],"resources":{"limits":{"cpu":"1"}}}],' +
        '"terminationGracePeriodSeconds":0,"enableServiceLinks":false},"status":{}}',
    );
  });

  it('sorts maps and keeps a member called __proto__ harmless', () => {
    const decoded = decode('{"data":{"b":"1","__proto__":"x","a":"2"}}');
    if (!decoded.ok) throw new Error(decoded.message);
    expect(JSON.stringify(decoded.object['data'])).toBe('{"__proto__":"x","a":"2","b":"1"}');
    expect(({} as { x?: unknown }).x).toBeUndefined();
    expect(decode('{"__proto__":{"kind":"Pod"}}')).toMatchObject({
      message:
        'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "__proto__"',
    });
  });

  it('writes times in UTC', () => {
    const decoded = decode('{"metadata":{"creationTimestamp":"2024-05-01T12:00:00.75+02:00"}}');
    expect(decoded.ok && decoded.object['metadata']).toEqual({ creationTimestamp: '2024-05-01T10:00:00Z' });
  });
});

describe('hostile documents', () => {
  it('nested too deep', () => {
    const bomb = `{"data":${'['.repeat(100_000)}`;
    expect(decode(bomb)).toMatchObject({ ok: false, message: expect.stringContaining('exceeded max depth') as string });
    const closed = `{"data":${'['.repeat(5000)}${']'.repeat(5000)}}`;
    expect(decode(closed)).toMatchObject({ ok: false });
  });

  it('with huge numbers', () => {
    expect(decode('{"metadata":{"generation":1e400}}')).toMatchObject({ ok: false });
    expect(decode(`{"metadata":{"generation":${'9'.repeat(1000)}}}`)).toMatchObject({ ok: false });
    expect(decode('{"metadata":{"generation":9223372036854775807}}').ok).toBe(true);
    expect(decode('{"metadata":{"generation":9223372036854775808}}')).toMatchObject({ ok: false });
  });

  it('with aliases that multiply', () => {
    const rows = Array.from(
      { length: 12 },
      (_, i) =>
        `k${i}: &a${i} [${Array(10)
          .fill(i === 0 ? 'x' : `*a${i - 1}`)
          .join(',')}]`,
    );
    expect(decode(rows.join('\n'))).toMatchObject({
      ok: false,
      message: expect.stringContaining('excessive aliasing') as string,
    });
  });

  it('at most a hundred complaints, each once', () => {
    const many = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`f${i}`, 1]));
    const decoded = decode(JSON.stringify(many), 'ConfigMap', 'Warn');
    expect(decoded.ok && decoded.warnings.length).toBe(100);
    const repeated = decode('{"data":{"a":"1","a":"2","a":"3"}}', 'ConfigMap', 'Warn');
    expect(repeated.ok && repeated.warnings).toEqual(['duplicate field "data.a"']);
  });
});
