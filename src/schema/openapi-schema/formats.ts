// The string formats that schemas of custom resources may name. Others say nothing.
// Models kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/validation/formats.go and
// kube-openapi pkg/validation/strfmt.

import { parseIp } from '../ip.ts';
import { dns1123LabelErrors, subdomainNameErrors } from '../names.ts';

type Check = (text: string) => boolean;

const UUID = '[0-9a-f]{8}-?[0-9a-f]{4}-?V[0-9a-f]{3}-?N[0-9a-f]{3}-?[0-9a-f]{12}';
const uuid = (version: string, variant: string): RegExp =>
  new RegExp(`^${UUID.replace('V[0-9a-f]{3}', `${version}[0-9a-f]{3}`).replace('N', variant)}$`, 'i');
const HOSTNAME =
  /^(?!.*\.\.)[a-zA-Z0-9\u00a0-\uffff](?:[a-zA-Z0-9\u00a0-\uffff-]{0,61}[a-zA-Z0-9\u00a0-\uffff])?(?:\.[a-zA-Z0-9\u00a0-\uffff](?:[a-zA-Z0-9\u00a0-\uffff-]{0,61}[a-zA-Z0-9\u00a0-\uffff])?)*$/;
const EMAIL = /^[^\s@<>()[\],;:\\"]+@[^\s@<>()[\],;:\\"]+$/;
const DATE_TIME =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?)$/;
const DURATION = /^(?:[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const WORDY_DURATION =
  /^\s*[0-9]+\s*(?:ns|us|µs|μs|ms|s|m|h|d|w|nanoseconds?|nanos?|microseconds?|micros?|millis(?:econds?)?|milli|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|wks?)\s*$/;

const CHECKS: Readonly<Record<string, Check>> = {
  bsonobjectid: (text) => /^[0-9a-fA-F]{24}$/.test(text),
  uri: isUri,
  email: (text) => EMAIL.test(text),
  hostname: (text) => text.length < 255 && HOSTNAME.test(text),
  ipv4: (text) => parseIp(text)?.family === 4,
  ipv6: (text) => parseIp(text)?.family === 6,
  cidr: isCidr,
  mac: (text) =>
    /^(?:[0-9a-fA-F]{2}([:-]))(?:[0-9a-fA-F]{2}\1){4}(?:[0-9a-fA-F]{2}\1[0-9a-fA-F]{2}\1)?[0-9a-fA-F]{2}$/.test(text),
  uuid: (text) => uuid('[0-9a-f]', '[0-9a-f]').test(text),
  uuid3: (text) => uuid('3', '[0-9a-f]').test(text),
  uuid4: (text) => uuid('4', '[89ab]').test(text),
  uuid5: (text) => uuid('5', '[89ab]').test(text),
  isbn: (text) => isIsbn10(text) || isIsbn13(text),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  creditcard: isCreditCard,
  ssn: (text) => /^[0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4}$/.test(text),
  hexcolor: (text) => /^#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/.test(text),
  rgbcolor: isRgbColor,
  byte: (text) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text),
  password: () => true,
  date: (text) => /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) && isDay(text),
  duration: (text) => text === '0' || DURATION.test(text) || WORDY_DURATION.test(text),
  datetime: (text) => DATE_TIME.test(text) && isDay(text.slice(0, 10)) && isTimeOfDay(text),
  'k8s-short-name': (text) => dns1123LabelErrors(text).length === 0,
  'k8s-long-name': (text) => subdomainNameErrors(text, false).length === 0,
};

/** Dashes do not count: `date-time` is `datetime`. */
function checkOf(format: string): Check | undefined {
  const plain = format.replaceAll('-', '');
  if (Object.hasOwn(CHECKS, plain)) return CHECKS[plain];
  return Object.hasOwn(CHECKS, format) ? CHECKS[format] : undefined;
}

export function isKnownFormat(format: string): boolean {
  return checkOf(format) !== undefined;
}

/** True for a text that has the format, and for every format that is not known. */
export function hasFormat(format: string, text: string): boolean {
  return checkOf(format)?.(text) ?? true;
}

function isDay(date: string): boolean {
  const time = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
}

function isTimeOfDay(text: string): boolean {
  const [hours = 99, minutes = 99, seconds = 99] = [11, 14, 17].map((at) => Number(text.slice(at, at + 2)));
  return hours < 24 && minutes < 60 && seconds < 60;
}

/** Absolute, or a path: as Go's url.ParseRequestURI takes it. */
function isUri(text: string): boolean {
  // Controls and spaces are no part of any.
  // oxlint-disable-next-line no-control-regex
  if (text === '' || /[\u0000-\u0020\u007f]/.test(text) || /%(?![0-9a-fA-F]{2})/.test(text)) return false;
  return text.startsWith('/') || /^[a-zA-Z][a-zA-Z0-9+.-]*:./.test(text);
}

function isCidr(text: string): boolean {
  const [address = '', bits = '', rest] = text.split('/');
  const ip = parseIp(address);
  return (
    ip !== undefined && rest === undefined && /^[0-9]{1,3}$/.test(bits) && Number(bits) <= (ip.family === 4 ? 32 : 128)
  );
}

function isIsbn10(text: string): boolean {
  const digits = text.replaceAll(/[\s-]+/g, '');
  if (!/^[0-9]{9}[0-9X]$/.test(digits)) return false;
  const sum = [...digits].reduce(
    (total, digit, index) => total + (index + 1) * (digit === 'X' ? 10 : Number(digit)),
    0,
  );
  return sum % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const digits = text.replaceAll(/[\s-]+/g, '');
  if (!/^[0-9]{13}$/.test(digits)) return false;
  return [...digits].reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3), 0) % 10 === 0;
}

/** A number of a known issuer's length with its check digit (Luhn). */
function isCreditCard(text: string): boolean {
  const digits = text.replaceAll(/[^0-9]+/g, '');
  if (!/^[0-9]{13,19}$/.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]) * (i % 2 === 1 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

function isRgbColor(text: string): boolean {
  const found = /^rgb\(\s*([0-9]{1,3})\s*,\s*([0-9]{1,3})\s*,\s*([0-9]{1,3})\s*\)$/.exec(text);
  return found !== null && found.slice(1).every((part) => Number(part) <= 255);
}
