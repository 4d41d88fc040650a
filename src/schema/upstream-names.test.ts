// Upstream's suites of names: apimachinery pkg/util/validation/validation_test.go, by its names; and the same rules against a
// model that reads letter by letter.
//
// Not applicable here: TestIsFullyQualifiedName and TestIsFullyQualifiedDomainName (nothing that is served asks for either by
// itself), TestIsValidGroupID, TestIsValidUserID and TestIsInRange (beside the pods' and ranges' own tests), TestIsValidIP
// and TestIsValidCIDR (src/schema/ip.test.ts), TestIsValidSocketAddr.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cIdentifierErrors,
  configMapKeyErrors,
  dns1035LabelErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  dns1123SubdomainWithUnderscoreErrors,
  httpHeaderNameErrors,
  labelValueErrors,
  percentErrors,
  portNameErrors,
  portNumberErrors,
  qualifiedNameErrors,
  wildcardSubdomainErrors,
} from './names.ts';

interface Suite {
  readonly name: string;
  readonly errors: (value: string) => string[];
  readonly good: readonly string[];
  readonly bad: readonly string[];
}

const long = (length: number): string => 'a'.repeat(length);
const NEVER = ['', ' ', 'a ', ' a', '\n', 'a\n', 'a b', '\u00e9', 'a\u0000', '\ud800'];
const GOOD_LABELS = ['a', 'ab', 'a1', 'a-1', 'a--1', 'a--1--2--b', long(63)];
const BAD_LABELS = [...NEVER, '-', 'a-', '-a', '_', 'a_', '_a', 'a_b', '#a$b', '1.', '.1', 'A', 'aB', long(64)];
const GOOD_SUBDOMAINS = [
  ...GOOD_LABELS,
  '0',
  '1-a',
  'a.b',
  '0.a.1',
  'a.b.c.d.e.f',
  'a.1-2.b--c',
  `${long(125)}.${long(127)}`,
];
const BAD_SUBDOMAINS = [
  ...NEVER,
  '-',
  '.',
  'a.',
  '.a',
  'a..b',
  'a.-b',
  'a-.b',
  'A.b',
  'a.B',
  'a_b',
  'a@b',
  'a,b',
  'a/b',
  long(254),
];
const GOOD_NAMES = ['a', 'A', '1', 'a.b_c-D', 'a--b', 'a..b', long(63), '1.0/2', 'a.b/C_d', `${long(253)}/${long(63)}`];

const SUITES: readonly Suite[] = [
  {
    name: 'TestIsDNS1123Label',
    errors: dns1123LabelErrors,
    good: [...GOOD_LABELS, '0', '01', '1-a', '5--c'],
    bad: [...BAD_LABELS, 'a.b', '0.0'],
  },
  { name: 'TestIsDNS1123Subdomain', errors: dns1123SubdomainErrors, good: GOOD_SUBDOMAINS, bad: BAD_SUBDOMAINS },
  {
    name: 'TestIsDNS1123SubdomainWithUnderscore',
    errors: dns1123SubdomainWithUnderscoreErrors,
    good: [...GOOD_SUBDOMAINS, '_a', '_a._b.c'],
    bad: BAD_SUBDOMAINS.filter((value) => value !== 'a_b'),
  },
  {
    name: 'TestIsWildcardDNS1123Subdomain',
    errors: wildcardSubdomainErrors,
    good: ['*.a.com', '*.a.b.c', '*.a'],
    bad: [...NEVER, '*', '*.', '*a', '*.*.a', 'a.*.b', 'a.b', '**.a', '*.A', `*.${long(252)}`],
  },
  {
    name: 'TestIsDNS1035Label',
    errors: dns1035LabelErrors,
    good: GOOD_LABELS,
    bad: [...BAD_LABELS, '0', '01', '1a', 'a.b'],
  },
  {
    name: 'TestIsCIdentifier',
    errors: cIdentifierErrors,
    good: ['a', 'A', '_', '__', 'a_B9', '_9'],
    bad: [...NEVER, '1', '1a', 'a.b', 'a-b', 'a$'],
  },
  {
    name: 'TestIsValidPortNum',
    errors: (value) => portNumberErrors(Number(value)),
    good: ['1', '2', '1000', '65535'],
    bad: ['0', '-1', '65536', '100000'],
  },
  {
    name: 'TestIsValidPortName',
    errors: portNameErrors,
    good: ['http', 'grpc-web', 'h2', 'a', 'a-1', '1-a', long(15)],
    bad: [...NEVER, long(16), '80', '1-2', 'a--b', '-a', 'a-', 'A', 'a_b', 'a.b'],
  },
  {
    name: 'TestIsQualifiedName',
    errors: qualifiedNameErrors,
    good: GOOD_NAMES,
    bad: [
      ...NEVER,
      'a/b/c',
      '/a',
      'a/',
      '/',
      'A/b',
      '-a',
      'a-',
      '.a',
      'a.',
      '_a',
      'a,b',
      'a/-b',
      `a/${long(64)}`,
      `${long(254)}/a`,
    ],
  },
  {
    name: 'TestIsValidLabelValue',
    errors: labelValueErrors,
    good: ['', 'a', 'A', '1', 'a-b', 'a.b', 'a_b', 'a..b', long(63)],
    bad: [...NEVER.slice(1), 'a/b', '-a', 'a-', '_a', 'a.', long(64)],
  },
  {
    name: 'TestIsHTTPHeaderName',
    errors: httpHeaderNameErrors,
    good: ['a', 'A-b', 'X-Forwarded-For', '-'],
    bad: [...NEVER, 'a_b', 'a:b', 'a@b', 'a/b', 'a.b'],
  },
  {
    name: 'TestIsValidPercent',
    errors: percentErrors,
    good: ['0%', '1%', '007%', '99999%'],
    bad: [...NEVER, '1', '-1%', '%', '1.5%', '1%%', '%1', '1 %'],
  },
  {
    name: 'TestIsConfigMapKey',
    errors: configMapKeyErrors,
    good: ['a', 'A', '.a', 'a.b', '_a', '-a', 'a..b', '1', 'a...', long(253)],
    bad: [...NEVER, '.', '..', '..a', '...', 'a/b', 'a:b', 'a$', long(254)],
  },
];

describe.each(SUITES)('$name', ({ errors, good, bad }) => {
  test.each(good.map((value) => [value]))('%j is good', (value) => expect(errors(value)).toEqual([]));
  test.each(bad.map((value) => [value]))('%j is bad', (value) => {
    const found = errors(value);
    expect(found.length).toBeGreaterThan(0);
    for (const text of found) expect(text).toMatch(/must|valid|prefix part|name part/);
  });
});

/** A label is letters and digits, and hyphens within. */
function isLabel(value: string): boolean {
  const plain = (char: string | undefined): boolean =>
    char !== undefined && char.length === 1 && 'abcdefghijklmnopqrstuvwxyz0123456789'.includes(char);
  return plain(value[0]) && plain(value.at(-1)) && [...value].every((char) => char === '-' || plain(char));
}

const texts = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'z', '0', '-', '.', '_', 'A', '/', '\n', '\u00e9'), maxLength: 12 }),
  fc.integer({ min: 60, max: 66 }).map(long),
  fc.integer({ min: 250, max: 256 }).map(long),
);

test('labels and subdomains are those of the model', () => {
  fc.assert(
    fc.property(texts, (value) => {
      expect(dns1123LabelErrors(value).length === 0).toBe(isLabel(value) && value.length <= 63);
      expect(dns1123SubdomainErrors(value).length === 0).toBe(value.split('.').every(isLabel) && value.length <= 253);
      expect(dns1035LabelErrors(value).length === 0).toBe(
        isLabel(value) && value.length <= 63 && (value[0] ?? '') >= 'a',
      );
    }),
    { numRuns: 1000 },
  );
});

test('a qualified name is a subdomain before a slash and a name behind it', () => {
  fc.assert(
    fc.property(texts, texts, (prefix, name) => {
      fc.pre(!prefix.includes('/') && !name.includes('/'));
      const alone = qualifiedNameErrors(name).length === 0;
      const good = alone && dns1123SubdomainErrors(prefix).length === 0;
      expect(qualifiedNameErrors(`${prefix}/${name}`).length === 0).toBe(good);
    }),
  );
});

test('no name takes longer to be judged than it is long', () => {
  for (const unit of ['a', 'a-', 'a.', '-', '.', 'a/', '_', '*.']) {
    const value = unit.repeat(500_000);
    const started = performance.now();
    for (const { errors } of SUITES) errors(value);
    for (const { errors } of SUITES) errors(`${value}!`);
    expect(performance.now() - started).toBeLessThan(2000);
  }
});
