import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeProtobuf } from './decode.ts';
import { messageOf } from './table.ts';

const GOLDEN = new URL('../../../../shared/reference/golden/', import.meta.url);
const present = existsSync(GOLDEN);
if (!present) console.log('protobuf golden files skipped: ../shared/reference is not here');

/** Zero values, which protobuf writes and JSON leaves out. */
function prune(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(prune);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, prune(item)] as const);
  return Object.fromEntries(entries.filter(([, item]) => !isZero(item)));
}

function isZero(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === 0 || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

describe('decodeProtobuf', () => {
  it('refuses what lacks the prefix', () => {
    expect(decodeProtobuf(new TextEncoder().encode('hello'), () => undefined)).toMatchObject({ ok: false });
  });

  it('refuses a cut message', () => {
    const bytes = Uint8Array.of(0x6b, 0x38, 0x73, 0, 0x0a, 0x40, 1);
    expect(decodeProtobuf(bytes, () => undefined)).toMatchObject({ ok: false });
  });

  const files = present
    ? readdirSync(GOLDEN).filter((name) => name.endsWith('.pb') && !name.includes('WatchEvent'))
    : [];
  it.each(files)('says what the JSON of the same object says: %s', (file) => {
    const bytes = readFileSync(new URL(file, GOLDEN));
    const expected = JSON.parse(readFileSync(new URL(file.replace(/pb$/, 'json'), GOLDEN), 'utf8')) as Record<
      string,
      unknown
    >;
    const decoded = decodeProtobuf(bytes, (apiVersion, kind) => {
      const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion];
      const pkg = group.includes('.')
        ? group
            .replace(/\.k8s\.io$/, '')
            .replace(/^rbac.*/, 'rbac')
            .replace(/^flowcontrol.*/, 'flowcontrol')
        : group;
      const name = `k8s.io.api.${pkg}.${version}.${kind}`;
      return messageOf(name) === undefined ? `k8s.io.apimachinery.pkg.apis.meta.v1.${kind}` : name;
    });
    if (!decoded.ok) throw new Error(decoded.error);
    const { kind, apiVersion, ...body } = expected;
    expect(decoded).toMatchObject({ kind, apiVersion });
    expect(prune(decoded.value)).toEqual(prune(body));
  });
});
