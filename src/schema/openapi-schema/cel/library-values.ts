// Functions that kubernetes adds to CEL, of more kinds of values: IP addresses and ranges, versions, sets, printed texts.
// Not here: format.*, ip.isCanonical.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/cel/library (ip.go, cidr.go, semverlib.go) and cel-go ext (sets, strings).

import type { Environment } from '@marcbachmann/cel-js';
import { deepEqual } from '../../../lib/json.ts';
import type { Cidr, Ip } from '../../ip.ts';
import { cidrContains, formatCidr, formatIp, networkOf, parseCidr, parseIp } from '../../ip.ts';

export function registerValues(environment: Environment): void {
  addresses(environment);
  ranges(environment);
  versions(environment);
  sets(environment);
  printing(environment);
}

class CelIp {
  readonly ip: Ip;

  constructor(ip: Ip) {
    this.ip = ip;
  }
}

class CelCidr {
  readonly cidr: Cidr;

  constructor(cidr: Cidr) {
    this.cidr = cidr;
  }
}

function needIp(text: string): CelIp {
  const ip = parseIp(text);
  if (ip === undefined) {
    throw new Error(`IP Address ${JSON.stringify(text)} parse error during conversion from string`);
  }
  return new CelIp(ip);
}

function needCidr(text: string): CelCidr {
  const cidr = parseCidr(text);
  if (cidr === undefined) throw new Error('network address parse error during conversion from string');
  return new CelCidr(cidr);
}

/** By family: `224.0.0.0/24`, `ff02::/16`. */
const LINK_LOCAL_MULTICAST = ['224.0.0.0/24', 'ff02::/16'];
const LINK_LOCAL_UNICAST = ['169.254.0.0/16', 'fe80::/10'];
const LOOPBACK = ['127.0.0.0/8', '::1/128'];
const UNSPECIFIED = ['0.0.0.0/32', '::/128'];
const NOT_GLOBAL = [
  ...LOOPBACK,
  ...UNSPECIFIED,
  ...LINK_LOCAL_UNICAST,
  '255.255.255.255/32',
  '224.0.0.0/4',
  'ff00::/8',
];

function addresses(environment: Environment): void {
  const within =
    (texts: readonly string[]) =>
    ({ ip }: CelIp): boolean =>
      texts.some((text) => cidrContains(needCidr(text).cidr, ip));
  const type = 'kubernetes.IP';
  environment
    .registerType(type, CelIp)
    .registerFunction(`ip(string): ${type}`, needIp)
    .registerFunction(`string(${type}): string`, ({ ip }: CelIp) => formatIp(ip))
    .registerFunction(`${type}.family(): int`, ({ ip }: CelIp) => BigInt(ip.family))
    .registerFunction(`${type}.isUnspecified(): bool`, within(UNSPECIFIED))
    .registerFunction(`${type}.isLoopback(): bool`, within(LOOPBACK))
    .registerFunction(`${type}.isLinkLocalMulticast(): bool`, within(LINK_LOCAL_MULTICAST))
    .registerFunction(`${type}.isLinkLocalUnicast(): bool`, within(LINK_LOCAL_UNICAST))
    .registerFunction(`${type}.isGlobalUnicast(): bool`, (ip: CelIp) => !within(NOT_GLOBAL)(ip));
}

function ranges(environment: Environment): void {
  const type = 'kubernetes.CIDR';
  const containsCidr = ({ cidr }: CelCidr, other: CelCidr): boolean =>
    cidr.prefix <= other.cidr.prefix && cidrContains(cidr, other.cidr.ip);
  const containsIp = ({ cidr }: CelCidr, { ip }: CelIp): boolean => cidrContains(cidr, ip);
  environment
    .registerType(type, CelCidr)
    .registerFunction(`cidr(string): ${type}`, needCidr)
    .registerFunction(`string(${type}): string`, ({ cidr }: CelCidr) => formatCidr(cidr))
    .registerFunction(`${type}.ip(): kubernetes.IP`, ({ cidr }: CelCidr) => new CelIp(cidr.ip))
    .registerFunction(`${type}.prefixLength(): int`, ({ cidr }: CelCidr) => BigInt(cidr.prefix))
    .registerFunction(
      `${type}.masked(): ${type}`,
      ({ cidr }: CelCidr) => new CelCidr({ ip: networkOf(cidr), prefix: cidr.prefix }),
    )
    .registerFunction(`${type}.containsIP(kubernetes.IP): bool`, containsIp)
    .registerFunction(`${type}.containsIP(string): bool`, (cidr: CelCidr, text: string) =>
      containsIp(cidr, needIp(text)),
    )
    .registerFunction(`${type}.containsCIDR(${type}): bool`, containsCidr)
    .registerFunction(`${type}.containsCIDR(string): bool`, (cidr: CelCidr, text: string) =>
      containsCidr(cidr, needCidr(text)),
    );
}

class CelVersion {
  readonly numbers: readonly bigint[];
  /** `alpha.1`: identifiers of a version before it is out. */
  readonly before: readonly string[];

  constructor(numbers: readonly bigint[], before: readonly string[]) {
    this.numbers = numbers;
    this.before = before;
  }
}

const NUMBER = '(0|[1-9]\\d*)';
const SEMVER = new RegExp(`^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-([0-9A-Za-z.-]+))?(?:\\+[0-9A-Za-z.-]+)?$`);
/** A longer text is no version. */
const MAX_VERSION = 1024;

function parseVersion(text: string): CelVersion | undefined {
  const [, major, minor, patch, before = ''] = (text.length > MAX_VERSION ? null : SEMVER.exec(text)) ?? [];
  if (major === undefined || minor === undefined || patch === undefined) return undefined;
  const identifiers = before === '' ? [] : before.split('.');
  if (identifiers.some((identifier) => identifier === '' || /^0\d+$/.test(identifier))) return undefined;
  return new CelVersion([BigInt(major), BigInt(minor), BigInt(patch)], identifiers);
}

/** `v1.2` as `1.2.0`. */
function normalized(text: string): string {
  const [, numbers = '', rest = ''] = /^v?([\d.]*)([^]*)$/.exec(text) ?? [];
  const parts = numbers.split('.').map((part) => part.replace(/^0+(?=\d)/, ''));
  while (parts.length < 3) parts.push('0');
  return parts.join('.') + rest;
}

function compareVersions(a: CelVersion, b: CelVersion): number {
  for (let index = 0; index < 3; index++) {
    const [x = 0n, y = 0n] = [a.numbers[index], b.numbers[index]];
    if (x !== y) return x < y ? -1 : 1;
  }
  // What is out comes after all that was before it.
  if (a.before.length === 0 || b.before.length === 0) return Math.sign(b.before.length - a.before.length);
  for (let index = 0; index < Math.min(a.before.length, b.before.length); index++) {
    const order = compareIdentifiers(a.before[index] ?? '', b.before[index] ?? '');
    if (order !== 0) return order;
  }
  return Math.sign(a.before.length - b.before.length);
}

function compareIdentifiers(a: string, b: string): number {
  const numeric = (text: string): boolean => /^\d+$/.test(text);
  if (numeric(a) && numeric(b)) return BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0;
  if (numeric(a) !== numeric(b)) return numeric(a) ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function versions(environment: Environment): void {
  const type = 'kubernetes.Semver';
  const need = (text: string): CelVersion => {
    const version = parseVersion(text);
    if (version === undefined) throw new Error(`semver parse error: ${JSON.stringify(text)} is not a version`);
    return version;
  };
  const part = (index: number) => (version: CelVersion) => version.numbers[index] ?? 0n;
  const loosely = (text: string, loose: boolean): string => (loose ? normalized(text) : text);
  environment
    .registerType(type, CelVersion)
    .registerFunction(`semver(string): ${type}`, need)
    .registerFunction(`semver(string, bool): ${type}`, (text: string, loose: boolean) => need(loosely(text, loose)))
    .registerFunction('isSemver(string): bool', (text: string) => parseVersion(text) !== undefined)
    .registerFunction(
      'isSemver(string, bool): bool',
      (text: string, loose: boolean) => parseVersion(loosely(text, loose)) !== undefined,
    )
    .registerFunction(`${type}.major(): int`, part(0))
    .registerFunction(`${type}.minor(): int`, part(1))
    .registerFunction(`${type}.patch(): int`, part(2))
    .registerFunction(`${type}.compareTo(${type}): int`, (a: CelVersion, b: CelVersion) =>
      BigInt(compareVersions(a, b)),
    )
    .registerFunction(`${type}.isLessThan(${type}): bool`, (a: CelVersion, b: CelVersion) => compareVersions(a, b) < 0)
    .registerFunction(
      `${type}.isGreaterThan(${type}): bool`,
      (a: CelVersion, b: CelVersion) => compareVersions(a, b) > 0,
    );
}

class Sets {}

function sets(environment: Environment): void {
  const has = (items: readonly unknown[], item: unknown): boolean =>
    items.some((other) => other === item || deepEqual(other, item));
  const contains = (items: readonly unknown[], part: readonly unknown[]): boolean =>
    part.every((item) => has(items, item));
  environment
    .registerType('kubernetes.Sets', Sets)
    .registerConstant('sets', 'kubernetes.Sets', new Sets())
    .registerFunction('kubernetes.Sets.contains(list, list): bool', (_: Sets, a: unknown[], b: unknown[]) =>
      contains(a, b),
    )
    .registerFunction(
      'kubernetes.Sets.equivalent(list, list): bool',
      (_: Sets, a: unknown[], b: unknown[]) => contains(a, b) && contains(b, a),
    )
    .registerFunction('kubernetes.Sets.intersects(list, list): bool', (_: Sets, a: unknown[], b: unknown[]) =>
      a.some((item) => has(b, item)),
    );
}

class JsonPatches {}

function printing(environment: Environment): void {
  environment
    .registerType('kubernetes.JSONPatches', JsonPatches)
    .registerConstant('jsonpatch', 'kubernetes.JSONPatches', new JsonPatches())
    .registerFunction('kubernetes.JSONPatches.escapeKey(string): string', (_: JsonPatches, key: string) =>
      key.replaceAll('~', '~0').replaceAll('/', '~1'),
    )
    .registerFunction('string.format(list): string', format);
}

/** `%s`, `%d`, `%f` and `%e` with a precision, `%b`, `%o`, `%x`, `%X`, `%%`. */
function format(text: string, values: readonly unknown[]): string {
  let next = 0;
  return text.replaceAll(/%(?:\.(\d{1,2}))?([a-zA-Z%])/g, (_, precision: string | undefined, verb: string) => {
    if (verb === '%') return '%';
    if (next >= values.length) throw new Error(`index ${next} out of range`);
    const value = values[next++];
    const digits = precision === undefined ? 6 : Number(precision);
    switch (verb) {
      case 's':
        return plain(value);
      case 'd':
        return String(value);
      case 'f':
        return Number(value).toFixed(digits);
      case 'e':
        return Number(value)
          .toExponential(digits)
          .replace(/e([+-])(\d)$/, 'e$10$2');
      case 'b':
        return typeof value === 'boolean' ? (value ? '1' : '0') : BigInt(value as bigint).toString(2);
      case 'o':
        return BigInt(value as bigint).toString(8);
      case 'x':
      case 'X': {
        const hex = typeof value === 'string' ? bytesInHex(value) : BigInt(value as bigint).toString(16);
        return verb === 'X' ? hex.toUpperCase() : hex;
      }
      default:
        throw new Error(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
    }
  });
}

function bytesInHex(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A value as `%s` prints it: lists and maps with their items. */
function plain(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map(plain).join(', ')}]`;
  if (value instanceof CelIp) return formatIp(value.ip);
  if (value instanceof CelCidr) return formatCidr(value.cidr);
  if (typeof value === 'object' && value !== null) {
    const entries = value instanceof Map ? [...value] : Object.entries(value);
    return `{${entries.map(([key, item]) => `${plain(key)}: ${plain(item)}`).join(', ')}}`;
  }
  return String(value);
}
