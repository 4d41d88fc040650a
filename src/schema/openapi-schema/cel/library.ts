// Functions that kubernetes adds to CEL: those of texts, lists, regular expressions, URLs, IP addresses and quantities.
// Those of IP addresses' values, versions, sets and printing stand in library-values.ts, the authorizer's in admission.ts.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/cel/library.

import type { Environment } from '@marcbachmann/cel-js';
import { parseCidr, parseIp } from '../../ip.ts';
import { compareQuantity, parseQuantity, quantityOf } from '../../quantity.ts';
import { Patterns } from '../patterns.ts';
import { registerValues } from './library-values.ts';

type Comparable = bigint | number | string | boolean | Date;

export function registerLibrary(environment: Environment): void {
  lists(environment);
  texts(environment);
  expressions(environment);
  urls(environment);
  environment.registerFunction('isIP(string): bool', (text: string) => parseIp(text) !== undefined);
  environment.registerFunction('isCIDR(string): bool', (text: string) => parseCidr(text) !== undefined);
  quantities(environment);
  registerValues(environment);
}

function texts(environment: Environment): void {
  const replace = (text: string, old: string, next: string, limit: number): string => {
    let parts = text.split(old);
    if (limit >= 0 && parts.length > limit + 1) parts = [...parts.slice(0, limit), parts.slice(limit).join(old)];
    return parts.join(next);
  };
  environment
    .registerFunction('string.replace(string, string): string', (text: string, old: string, next: string) =>
      text.replaceAll(old, () => next),
    )
    .registerFunction(
      'string.replace(string, string, int): string',
      (text: string, old: string, next: string, limit: bigint) => replace(text, old, next, Number(limit)),
    )
    .registerFunction('string.charAt(int): string', (text: string, at: bigint) => {
      const characters = [...text];
      if (at < 0n || at > characters.length) throw new Error(`index out of range: ${at}`);
      return characters[Number(at)] ?? '';
    });
}

function lists(environment: Environment): void {
  const least = (items: Comparable[]): Comparable => {
    if (items.length === 0) throw new Error('min called on empty list');
    return items.reduce((low, item) => (item < low ? item : low));
  };
  const most = (items: Comparable[]): Comparable => {
    if (items.length === 0) throw new Error('max called on empty list');
    return items.reduce((high, item) => (item > high ? item : high));
  };
  const sum = (items: Array<bigint | number>): bigint | number => {
    if (items.every((item) => typeof item === 'bigint')) return items.reduce((total, item) => total + item, 0n);
    return items.reduce<number>((total, item) => total + Number(item), 0);
  };
  environment
    .registerFunction('list.isSorted(): bool', (items: Comparable[]) =>
      items.every((item, index) => index === 0 || (items[index - 1] as Comparable) <= item),
    )
    .registerFunction('list.sum(): dyn', sum)
    .registerFunction('list.min(): dyn', least)
    .registerFunction('list.max(): dyn', most)
    .registerFunction('list.indexOf(dyn): int', (items: unknown[], item: unknown) => BigInt(items.indexOf(item)))
    .registerFunction('list.lastIndexOf(dyn): int', (items: unknown[], item: unknown) =>
      BigInt(items.lastIndexOf(item)),
    );
}

/** What `has(object.name)` comes to. */
function hasField(object: unknown, name: string): boolean {
  if (typeof object !== 'object' || object === null) throw new Error('no such overload');
  return Object.hasOwn(object, name);
}

function expressions(environment: Environment): void {
  const patterns = new Patterns();
  environment
    .registerFunction('hasField(dyn, string): bool', hasField)
    .registerFunction('string.re2Matches(string): bool', (text: string, pattern: string) =>
      patterns.test(pattern, text),
    )
    .registerFunction('string.find(string): string', (text: string, pattern: string) =>
      patterns.find(pattern, text, 1).join(''),
    )
    .registerFunction('string.findAll(string): list<string>', (text: string, pattern: string) =>
      patterns.find(pattern, text, Infinity),
    );
}

/** As Go's url.ParseRequestURI takes it: absolute, or a path. */
function parseUrl(text: string): URL | undefined {
  const base = text.startsWith('/') ? 'relative://' : undefined;
  return URL.canParse(text, base) && /^([a-zA-Z][a-zA-Z0-9+.-]*:|\/)/.test(text) ? new URL(text, base) : undefined;
}

function urls(environment: Environment): void {
  const need = (text: string): URL => {
    const url = parseUrl(text);
    if (url === undefined)
      throw new Error(`URL parse error during conversion from string: parse "${text}": invalid URI`);
    return url;
  };
  environment
    .registerType('kubernetes.URL', URL)
    .registerFunction('isURL(string): bool', (text: string) => parseUrl(text) !== undefined)
    .registerFunction('url(string): kubernetes.URL', need)
    .registerFunction('kubernetes.URL.getScheme(): string', (url: URL) =>
      url.protocol === 'relative:' ? '' : url.protocol.slice(0, -1),
    )
    .registerFunction('kubernetes.URL.getHost(): string', (url: URL) => url.host)
    .registerFunction('kubernetes.URL.getHostname(): string', (url: URL) => url.hostname.replaceAll(/[[\]]/g, ''))
    .registerFunction('kubernetes.URL.getPort(): string', (url: URL) => url.port)
    .registerFunction('kubernetes.URL.getEscapedPath(): string', (url: URL) => url.pathname);
}

/** A quantity by its canonical text. */
class CelQuantity {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

function quantities(environment: Environment): void {
  const need = (text: string): CelQuantity => {
    const parsed = parseQuantity(text);
    if (!parsed.ok) throw new Error(parsed.error);
    return new CelQuantity(parsed.text);
  };
  const compare = (a: CelQuantity, b: CelQuantity): number => compareQuantity(quantityOf(a.text), quantityOf(b.text));
  environment
    .registerType('kubernetes.Quantity', CelQuantity)
    .registerFunction('isQuantity(string): bool', (text: string) => parseQuantity(text).ok)
    .registerFunction('quantity(string): kubernetes.Quantity', need)
    .registerFunction('kubernetes.Quantity.compareTo(kubernetes.Quantity): int', (a: CelQuantity, b: CelQuantity) =>
      BigInt(Math.sign(compare(a, b))),
    )
    .registerFunction(
      'kubernetes.Quantity.isGreaterThan(kubernetes.Quantity): bool',
      (a: CelQuantity, b: CelQuantity) => compare(a, b) > 0,
    )
    .registerFunction(
      'kubernetes.Quantity.isLessThan(kubernetes.Quantity): bool',
      (a: CelQuantity, b: CelQuantity) => compare(a, b) < 0,
    );
}
