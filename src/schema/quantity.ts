// Quantities: `500m`, `1Gi`, `2`. Exact decimal numbers with a suffix that is kept when they are written again.
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go.
//
// A quantity is an integer count of nano units (10^-9) and the family of its suffix: nothing finer exists, what is
// finer is rounded away from zero. Example: `1.5Gi` → nano 1610612736 * 10^9, BinarySI → written as `1536Mi`.

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

export interface Quantity {
  readonly nano: bigint;
  readonly format: QuantityFormat;
}

export const QUANTITY_FORMAT_ERROR =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const SUFFIX_ERROR = "unable to parse quantity's suffix";
const NUMERIC_ERROR = 'unable to parse numeric part of quantity';

export type ParsedQuantity =
  | { readonly ok: true; readonly quantity: Quantity; readonly text: string }
  | { readonly ok: false; readonly error: string };

const DECIMAL_EXPONENTS: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const BINARY_EXPONENTS: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const DECIMAL_SUFFIXES: readonly string[] = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY_SUFFIXES: readonly string[] = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

const NANO = 1_000_000_000n;
/** Of the suffixes that are common, what a unit is. */
const UNITS: ReadonlyMap<string, Quantity> = new Map<string, Quantity>([
  ['', { nano: NANO, format: 'DecimalSI' }],
  ['m', { nano: 1_000_000n, format: 'DecimalSI' }],
  ['k', { nano: NANO * 1000n, format: 'DecimalSI' }],
  ['M', { nano: NANO * 1_000_000n, format: 'DecimalSI' }],
  ['G', { nano: NANO * NANO, format: 'DecimalSI' }],
  ['Ki', { nano: NANO << 10n, format: 'BinarySI' }],
  ['Mi', { nano: NANO << 20n, format: 'BinarySI' }],
  ['Gi', { nano: NANO << 30n, format: 'BinarySI' }],
  ['Ti', { nano: NANO << 40n, format: 'BinarySI' }],
]);
const MAX_BINARY = (2n ** 63n - 1n) * NANO;
/** Longer numbers and larger exponents than any resource has would only cost time. */
const MAX_LENGTH = 300;
const MAX_EXPONENT = 300;

/** The parts of a quantity: sign, integer digits, fraction digits, suffix. Signs and digits may be missing: `.5`, `-`. */
const PARTS = /^([+-]?)([0-9]*)(?:(\.)([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/;

/** `text` of the answer is what upstream would serve for this input. A JSON number is taken by its shortest text. */
export function parseQuantity(input: string | number): ParsedQuantity {
  const source = typeof input === 'number' ? String(input) : input.trim();
  const common = commonQuantity(source);
  if (common !== undefined) return { ok: true, quantity: common, text: source };
  if (source === '0') return { ok: true, quantity: { nano: 0n, format: 'DecimalSI' }, text: '0' };
  const match = source === '' || source.length > MAX_LENGTH ? null : PARTS.exec(source);
  if (match === null) return { ok: false, error: QUANTITY_FORMAT_ERROR };
  const [, sign = '', rawDigits = '', , fraction = '', suffix = ''] = match;
  const digits = rawDigits.replace(/^0+/, '') || '0';

  const decimal = decimalExponent(suffix);
  const binary = BINARY_EXPONENTS[suffix];
  if (decimal === undefined && binary === undefined) return { ok: false, error: SUFFIX_ERROR };
  const format: QuantityFormat =
    binary !== undefined ? 'BinarySI' : suffix in DECIMAL_EXPONENTS ? 'DecimalSI' : 'DecimalExponent';
  if (decimal !== undefined && Math.abs(decimal) > MAX_EXPONENT) return { ok: false, error: NUMERIC_ERROR };

  const unscaled = BigInt(digits + fraction) * (binary === undefined ? 1n : 1n << BigInt(binary));
  let nano = scaleUp(unscaled, (decimal ?? 0) - fraction.length + 9);
  if (format === 'BinarySI' && nano > MAX_BINARY) nano = MAX_BINARY;
  const quantity: Quantity = {
    nano: sign === '-' ? -nano : nano,
    format: format === 'BinarySI' && nano < NANO && nano > 0n ? 'DecimalSI' : format,
  };
  const asTyped = keepsItsText(digits, fraction, decimal, binary);
  return { ok: true, quantity, text: asTyped ? source : formatQuantity(quantity) };
}

/** One to three digits and a common suffix, as most are: canonical as they stand, and read in a fraction of the time. */
function commonQuantity(source: string): Quantity | undefined {
  let value = 0;
  let at = 0;
  for (; at < source.length && at < 3; at++) {
    const digit = source.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  if (value === 0 || source.startsWith('0')) return undefined;
  const unit = UNITS.get(source.slice(at));
  return unit && { nano: BigInt(value) * unit.nano, format: unit.format };
}

function decimalExponent(suffix: string): number | undefined {
  const known = Object.hasOwn(DECIMAL_EXPONENTS, suffix) ? DECIMAL_EXPONENTS[suffix] : undefined;
  if (known !== undefined) return known;
  return /^[eE][-+]?[0-9]+$/.test(suffix) ? Number(suffix.slice(1)) : undefined;
}

/** value * 10^exponent, rounded away from zero. */
function scaleUp(value: bigint, exponent: number): bigint {
  if (exponent >= 0) return value * 10n ** BigInt(exponent);
  const divisor = 10n ** BigInt(-exponent);
  return value % divisor === 0n ? value / divisor : value / divisor + (value < 0n ? -1n : 1n);
}

/**
 * Whether upstream serves the input's own text. Its fast path keeps a text that looks canonical to it, although a few
 * such texts are not (`1.500`, `+5`, `01Ki`).
 */
function keepsItsText(
  digits: string,
  fraction: string,
  decimal: number | undefined,
  binary: number | undefined,
): boolean {
  if (binary !== undefined) {
    const precision = 14 - digits.length - Math.trunc(binary * 0.3);
    return fraction === '' && precision >= 0 && Number(digits) % 8 !== 0;
  }
  const scale = (decimal ?? 0) - fraction.length;
  const shifted = digits + fraction;
  return shifted.length <= 18 && scale >= -9 && scale % 3 === 0 && !shifted.endsWith('000') && !shifted.startsWith('0');
}

/** What is wrong with a value as a quantity; undefined if nothing is. */
export function quantityError(input: string | number): string | undefined {
  const parsed = parseQuantity(input);
  return parsed.ok ? undefined : parsed.error;
}

/** A quantity of a stored object, which has been checked on its way in. */
export function quantityOf(input: string | number): Quantity {
  const parsed = parseQuantity(input);
  if (!parsed.ok) throw new Error(`not a quantity: ${JSON.stringify(input)}`);
  return parsed.quantity;
}

/** The canonical text: no fraction, the largest suffix that loses nothing. */
export function formatQuantity(quantity: Quantity): string {
  const { nano, format } = quantity;
  if (nano === 0n) return '0';
  const magnitude = nano < 0n ? -nano : nano;
  if (format === 'BinarySI' && magnitude >= 1024n * NANO && magnitude % NANO === 0n) {
    let value = nano / NANO;
    let power = 0;
    while (power < 6 && value % 1024n === 0n) {
      value /= 1024n;
      power++;
    }
    return `${value}${BINARY_SUFFIXES[power]}`;
  }
  let value = nano;
  let exponent = -9;
  const last = format === 'DecimalExponent' ? Infinity : 18;
  while (exponent < last && value % 1000n === 0n) {
    value /= 1000n;
    exponent += 3;
  }
  if (format === 'DecimalExponent') return exponent === 0 ? `${value}` : `${value}e${exponent}`;
  return `${value}${DECIMAL_SUFFIXES[(exponent + 9) / 3]}`;
}

/** Negative, zero or positive, as a sort function wants it. */
export function compareQuantity(a: Quantity, b: Quantity): number {
  return a.nano < b.nano ? -1 : a.nano > b.nano ? 1 : 0;
}

/** The sum keeps the format of `a`, unless `a` is zero. */
export function addQuantity(a: Quantity, b: Quantity): Quantity {
  return { nano: a.nano + b.nano, format: a.nano === 0n ? b.format : a.format };
}

export function subtractQuantity(a: Quantity, b: Quantity): Quantity {
  return { nano: a.nano - b.nano, format: a.nano === 0n ? b.format : a.format };
}

/** Rounds away from zero to a power of ten; -3 is what upstream's defaulting does with every resource list. */
export function roundUpQuantity(quantity: Quantity, exponent: number): Quantity {
  const unit = 10n ** BigInt(exponent + 9);
  if (quantity.nano % unit === 0n) return quantity;
  return { nano: scaleUp(quantity.nano, -(exponent + 9)) * unit, format: quantity.format };
}

/** Whole units, rounded up: bytes of memory, pods. Exact up to 2^53. */
export function quantityValue(input: string | number): number {
  return plainNumber(input, 1) ?? ceil(quantityOf(input).nano, NANO);
}

/** Thousandths, rounded up: millicores. Exact up to 2^53. */
export function quantityMilliValue(input: string | number): number {
  return plainNumber(input, 1000) ?? ceil(quantityOf(input).nano, 1_000_000n);
}

function ceil(nano: bigint, unit: bigint): number {
  const quotient = nano / unit;
  return Number(nano > 0n && nano % unit !== 0n ? quotient + 1n : quotient);
}

const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  m: 0.001,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** The scheduler asks for the value of the same few forms all the time: digits and a common suffix need no bigint. */
function plainNumber(input: string | number, unit: number): number | undefined {
  if (typeof input === 'number') return Number.isSafeInteger(input * unit) ? input * unit : undefined;
  let value = 0;
  let at = 0;
  for (; at < input.length; at++) {
    const digit = input.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  if (at === 0 || at > 15) return undefined;
  const suffix = input.slice(at);
  if (suffix === 'm') return unit === 1000 ? value : Math.ceil(value / 1000);
  const factor = FACTORS[suffix];
  if (factor === undefined) return undefined;
  const result = value * factor * unit;
  return Number.isSafeInteger(result) ? result : undefined;
}
