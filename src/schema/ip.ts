// IP addresses and CIDRs as numbers, and upstream's texts for wrong ones.
// Models Go net/netip and kubernetes staging/src/k8s.io/apimachinery/pkg/util/validation/ip.go.

export interface Ip {
  readonly family: 4 | 6;
  readonly value: bigint;
}

export interface Cidr {
  readonly ip: Ip;
  readonly prefix: number;
}

export function parseIp(text: string): Ip | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): Ip | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  let value = 0n;
  for (const part of match.slice(1)) {
    if (Number(part) > 255 || (part.length > 1 && part.startsWith('0'))) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return { family: 4, value };
}

function parseIpv6(text: string): Ip | undefined {
  let source = text;
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (dotted !== null) {
    const v4 = parseIpv4(dotted[2] ?? '');
    if (v4 === undefined) return undefined;
    source = `${dotted[1]}${(v4.value >> 16n).toString(16)}:${(v4.value & 0xffffn).toString(16)}`;
  }
  const halves = source.split('::');
  if (halves.length > 2) return undefined;
  const groups = (half: string | undefined): string[] => (half === undefined || half === '' ? [] : half.split(':'));
  const head = groups(halves[0]);
  const tail = groups(halves[1]);
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  let value = 0n;
  for (const group of [...head, ...Array<string>(halves.length === 2 ? missing : 0).fill('0'), ...tail]) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
    value = (value << 16n) | BigInt(`0x${group}`);
  }
  return { family: 6, value };
}

/** The canonical text: dotted, or RFC 5952. */
export function formatIp(ip: Ip): string {
  if (ip.family === 4) {
    return [24n, 16n, 8n, 0n].map((shift) => String((ip.value >> shift) & 0xffn)).join('.');
  }
  if (ip.value >> 32n === 0xffffn) return `::ffff:${formatIp({ family: 4, value: ip.value & 0xffffffffn })}`;
  const groups: number[] = [];
  for (let i = 7; i >= 0; i--) groups.push(Number((ip.value >> BigInt(16 * i)) & 0xffffn));
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let run = 0;
    while (groups[i + run] === 0) run++;
    if (run > length) [start, length] = [i, run];
  }
  const hex = (part: number[]): string => part.map((group) => group.toString(16)).join(':');
  return start < 0 ? hex(groups) : `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}

export function parseCidr(text: string): Cidr | undefined {
  const slash = text.lastIndexOf('/');
  const ip = slash < 0 ? undefined : parseIp(text.slice(0, slash));
  const digits = text.slice(slash + 1);
  if (ip === undefined || !/^(0|[1-9][0-9]{0,2})$/.test(digits)) return undefined;
  const prefix = Number(digits);
  return prefix <= bits(ip.family) ? { ip, prefix } : undefined;
}

function bits(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}

/** The first address of the range. */
export function networkOf(cidr: Cidr): Ip {
  const host = BigInt(bits(cidr.ip.family) - cidr.prefix);
  return { family: cidr.ip.family, value: (cidr.ip.value >> host) << host };
}

/** How many addresses the range holds. */
export function cidrSize(cidr: Cidr): bigint {
  return 1n << BigInt(bits(cidr.ip.family) - cidr.prefix);
}

export function cidrContains(cidr: Cidr, ip: Ip): boolean {
  if (cidr.ip.family !== ip.family) return false;
  const host = BigInt(bits(ip.family) - cidr.prefix);
  return cidr.ip.value >> host === ip.value >> host;
}

/** Whether every address of `inner` is one of `outer`. */
export function cidrCovers(outer: Cidr, inner: Cidr): boolean {
  return outer.prefix <= inner.prefix && cidrContains(outer, inner.ip);
}

/** The address `offset` places after the first one of the range. */
export function addressAt(cidr: Cidr, offset: number | bigint): Ip {
  return { family: cidr.ip.family, value: networkOf(cidr).value + BigInt(offset) };
}

/** The range number `index` of those of length `prefix` inside `cidr`: the pod range of a node. */
export function subnetAt(cidr: Cidr, prefix: number, index: number): Cidr {
  const size = BigInt(bits(cidr.ip.family) - prefix);
  return { ip: { family: cidr.ip.family, value: networkOf(cidr).value + (BigInt(index) << size) }, prefix };
}

export function formatCidr(cidr: Cidr): string {
  return `${formatIp(cidr.ip)}/${cidr.prefix}`;
}

/**
 * Whether requests may be handed on to this address: a global unicast one. Loopback, link-local, multicast and unspecified
 * addresses would be the server's own. Models Go net.IP.IsGlobalUnicast and kubernetes pkg/proxy/util (IsProxyableIP).
 */
export function isProxyable(text: string): boolean {
  const ip = parseIp(text);
  if (ip === undefined) return false;
  const { family, value } = ip;
  if (family === 4) {
    const first = value >> 24n;
    return value !== 0n && value !== 0xffffffffn && first !== 127n && first >> 4n !== 14n && value >> 16n !== 0xa9fen;
  }
  if (value >> 32n === 0xffffn) return isProxyable(formatIp({ family: 4, value: value & 0xffffffffn }));
  return value > 1n && value >> 120n !== 0xffn && value >> 118n !== 0x3fan;
}

export const IP_TEXT = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
export const CIDR_TEXT = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
