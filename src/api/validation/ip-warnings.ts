// What is said of ranges that are taken although they are not written as they should be.
// Models apimachinery pkg/util/validation/ip.go (GetWarningsForCIDR).

import { goQuote } from '../../schema/go-text.ts';
import { formatCidr, formatIp, networkOf, parseCidr, parseIp } from '../../schema/ip.ts';

const LATER = 'will be considered invalid in a future Kubernetes release: use';

/** An address as old versions read it: leading zeros do not count, and a mapped IPv4 address is one of IPv4. */
function sloppyIp(text: string): string | undefined {
  const ip = parseIp(text.replace(/(^|[.:])0+(?=\d+(\.|$))/g, '$1'));
  if (ip === undefined) return undefined;
  const mapped = ip.family === 6 && ip.value >> 32n === 0xffffn;
  return formatIp(mapped ? { family: 4, value: ip.value & 0xffffffffn } : ip);
}

export function cidrWarnings(value: string, field: string): string[] {
  const slash = value.lastIndexOf('/');
  const sloppy = slash < 0 ? undefined : sloppyIp(value.slice(0, slash));
  if (sloppy === undefined) return [];
  const cidr = parseCidr(value);
  if (cidr === undefined || (cidr.ip.family === 6 && !sloppy.includes(':'))) {
    const bits = Number(value.slice(slash + 1)) - (cidr === undefined ? 0 : 96);
    return [`${field}: non-standard CIDR value ${goQuote(value)} ${LATER} ${goQuote(`${sloppy}/${bits}`)}`];
  }
  const network = networkOf(cidr);
  if (network.value !== cidr.ip.value) {
    const whole = goQuote(formatCidr({ ip: network, prefix: cidr.prefix }));
    const single = goQuote(formatCidr({ ip: cidr.ip, prefix: cidr.ip.family === 4 ? 32 : 128 }));
    return [`${field}: CIDR value ${goQuote(value)} is ambiguous in this context (should be ${whole} or ${single}?)`];
  }
  const canonical = formatCidr(cidr);
  if (cidr.ip.family === 4 || canonical === value) return [];
  return [`${field}: IPv6 CIDR value ${goQuote(value)} should be in RFC 5952 canonical format (${goQuote(canonical)})`];
}
