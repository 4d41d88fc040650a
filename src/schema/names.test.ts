import { describe, expect, it } from 'vitest';
import {
  configMapKeyErrors,
  dns1035LabelErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  envVarNameErrors,
  labelValueErrors,
  maskTrailingDash,
  pathSegmentNameErrors,
  portNameErrors,
  qualifiedNameErrors,
} from './names.ts';
import { oracleRecords } from './testing/oracle.ts';

const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

describe('names', () => {
  it('subdomains', () => {
    expect(dns1123SubdomainErrors('a.b-c.d')).toEqual([]);
    expect(dns1123SubdomainErrors('Bad_Name')).toEqual([SUBDOMAIN]);
    expect(dns1123SubdomainErrors('a'.repeat(254))).toEqual(['must be no more than 253 characters']);
    expect(dns1123SubdomainErrors('')).toEqual([SUBDOMAIN]);
    expect(dns1123SubdomainErrors('a\n')).toEqual([SUBDOMAIN]);
  });

  it('labels', () => {
    expect(dns1123LabelErrors('a-1')).toEqual([]);
    expect(dns1123LabelErrors('a.b')).toEqual(['must not contain dots']);
    expect(dns1035LabelErrors('1a')).toHaveLength(1);
    expect(dns1035LabelErrors('a1')).toEqual([]);
  });

  it('keys', () => {
    expect(qualifiedNameErrors('example.com/My_Name')).toEqual([]);
    expect(qualifiedNameErrors('/x')).toEqual(['prefix part must be non-empty']);
    expect(qualifiedNameErrors('UP/x')).toEqual([`prefix part ${SUBDOMAIN}`]);
    expect(qualifiedNameErrors('a'.repeat(64))).toEqual(['name part must be no more than 63 bytes']);
    expect(labelValueErrors('')).toEqual([]);
    expect(configMapKeyErrors('..')).toEqual(["must not be '..'"]);
  });

  it('others', () => {
    expect(portNameErrors('80')).toEqual(['must contain at least one letter (a-z)']);
    expect(portNameErrors('-a--b')).toEqual([
      'must not contain consecutive hyphens',
      'must not begin or end with a hyphen',
    ]);
    expect(envVarNameErrors('a=b')).toHaveLength(1);
    expect(envVarNameErrors('A.b c')).toEqual([]);
    expect(pathSegmentNameErrors('a/b%')).toEqual(["may not contain '/'", "may not contain '%'"]);
    expect(pathSegmentNameErrors('..')).toEqual(["may not be '..'"]);
    expect(maskTrailingDash('web-')).toBe('wea');
    expect(maskTrailingDash('-')).toBe('-');
  });
});

describe('texts are those recorded', () => {
  interface Record {
    id: string;
    response: { body?: { details?: { causes?: Array<{ field?: string; message?: string }> } } };
  }
  const records = oracleRecords<Record>('oracle/api/create.jsonl') ?? [];
  const byField: Array<[RegExp, (value: string) => string[]]> = [
    [/^metadata\.labels$/, (value) => [...labelValueErrors(value), ...qualifiedNameErrors(value)]],
    [/^spec\.containers\[\d\]\.name$/, dns1123LabelErrors],
    [/^data\[/, configMapKeyErrors],
    [/^spec\.containers\[\d\]\.ports\[\d\]\.name$/, portNameErrors],
    [/^spec\.containers\[\d\]\.env\[\d\]\.name$/, envVarNameErrors],
  ];
  const cases = records.flatMap(({ id, response }) =>
    (response.body?.details?.causes ?? []).flatMap(({ field = '', message = '' }) => {
      const errors = byField.find(([pattern]) => pattern.test(field))?.[1];
      const match = /^Invalid value: ("(?:[^"\\]|\\.)*"): (.*)$/.exec(message);
      if (errors === undefined || match === null || !/^configmap|^pod|^deploy/.test(id)) return [];
      if (message.includes('duplicate of key')) return [];
      return [{ id, field, value: JSON.parse(match[1] ?? '""') as string, text: match[2] ?? '', errors }];
    }),
  );

  it.each(cases)('$id $field $value', ({ value, text, errors }) => {
    expect(errors(value)).toContain(text);
  });
});
