// Addresses in fields, and what upstream says of wrong ones.
// Models apimachinery pkg/util/validation/ip.go and ValidateEndpointIP of kubernetes pkg/apis/core/validation.

import type { FieldError } from '../../schema/field-error.ts';
import { invalid } from '../../schema/field-error.ts';
import type { Ip } from '../../schema/ip.ts';
import { CIDR_TEXT, IP_TEXT, formatCidr, formatIp, networkOf, parseCidr, parseIp } from '../../schema/ip.ts';
import { invalidEach } from './fields.ts';

const LEADING_ZEROS = 'must not have leading 0s';
const MAPPED = 'must not be an IPv4-mapped IPv6 address';

/** Parses what old versions took, too: `010.0.0.1`. */
function parseSloppy(text: string): Ip | undefined {
  return parseIp(text) ?? parseIp(text.replace(/(^|[.:])0+(?=\d+(\.|$))/g, '$1'));
}

function isMapped(ip: Ip): boolean {
  return ip.family === 6 && ip.value >> 32n === 0xffffn;
}

/** An address in a field that existed before addresses had to be canonical. */
export function validateLegacyIp(value: string, field: string): FieldError[] {
  const ip = parseSloppy(value);
  if (ip === undefined) return [invalid(field, value, IP_TEXT)];
  if (parseIp(value) === undefined) return [invalid(field, value, LEADING_ZEROS)];
  return isMapped(ip) ? [invalid(field, value, MAPPED)] : [];
}

/** An address in a newer field: it must be in canonical form. */
export function validateIp(value: string, field: string): FieldError[] {
  return invalidEach(field, value, ipTexts(value));
}

/** What is wrong with a text as an address in canonical form. */
export function ipTexts(value: string): string[] {
  const ip = parseSloppy(value);
  if (ip === undefined) return [IP_TEXT];
  if (parseIp(value) === undefined) return [LEADING_ZEROS];
  if (isMapped(ip)) return [MAPPED];
  const canonical = formatIp(ip);
  return canonical === value ? [] : [`must be in canonical form (${JSON.stringify(canonical)})`];
}

/** An address that pods and Services may send to. */
export function validateEndpointIp(value: string, field: string): FieldError[] {
  const ip = parseSloppy(value);
  if (ip === undefined) return [invalid(field, value, 'must be a valid IP address')];
  const texts: string[] = [];
  const v4 = ip.family === 4;
  const top = (bits: bigint): bigint => ip.value >> ((v4 ? 32n : 128n) - bits);
  if (ip.value === 0n) texts.push(`may not be unspecified (${value})`);
  if (v4 ? top(8n) === 127n : ip.value === 1n) texts.push('may not be in the loopback range (127.0.0.0/8, ::1/128)');
  if (v4 ? top(16n) === 0xa9fen : top(10n) === 0x3fan) {
    texts.push('may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  }
  if (v4 ? top(24n) === 0xe00000n : top(16n) === 0xff02n) {
    texts.push('may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
  }
  return invalidEach(field, value, texts);
}

/** A range in a field that existed before ranges had to be canonical. */
export function validateLegacyCidr(value: string, field: string): FieldError[] {
  const cidr = parseCidr(value);
  if (cidr === undefined) return [invalid(field, value, CIDR_TEXT)];
  const errors: FieldError[] = [];
  if (isMapped(cidr.ip)) errors.push(invalid(field, value, MAPPED));
  if (networkOf(cidr).value !== cidr.ip.value) {
    errors.push(invalid(field, value, 'must not have bits set beyond the prefix length'));
  }
  return errors;
}

/** A range in a newer field: it must be in canonical form. */
export function validateCidr(value: string, field: string): FieldError[] {
  const errors = validateLegacyCidr(value, field);
  const cidr = parseCidr(value);
  if (errors.length > 0 || cidr === undefined) return errors;
  const canonical = formatCidr(cidr);
  return canonical === value ? [] : [invalid(field, value, `must be in canonical form (${JSON.stringify(canonical)})`)];
}
