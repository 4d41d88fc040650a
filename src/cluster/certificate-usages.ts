// What a certificate is good for, as the API names it and as certificates do (RFC 5280, 4.2.1.3 and 4.2.1.12).
// Models kubernetes staging/src/k8s.io/client-go/util/certificate/csr and pkg/controller/certificates/util.

const BITS: Readonly<Record<string, number>> = {
  signing: 0,
  'digital signature': 0,
  'content commitment': 1,
  'key encipherment': 2,
  'data encipherment': 3,
  'key agreement': 4,
  'cert sign': 5,
  'crl sign': 6,
  'encipher only': 7,
  'decipher only': 8,
};

/** In the order in which they are written. */
const PURPOSES: ReadonlyArray<readonly [usage: string, id: string]> = [
  ['any', '2.5.29.37.0'],
  ['server auth', '1.3.6.1.5.5.7.3.1'],
  ['client auth', '1.3.6.1.5.5.7.3.2'],
  ['code signing', '1.3.6.1.5.5.7.3.3'],
  ['email protection', '1.3.6.1.5.5.7.3.4'],
  ['s/mime', '1.3.6.1.5.5.7.3.4'],
  ['ipsec end system', '1.3.6.1.5.5.7.3.5'],
  ['ipsec tunnel', '1.3.6.1.5.5.7.3.6'],
  ['ipsec user', '1.3.6.1.5.5.7.3.7'],
  ['timestamping', '1.3.6.1.5.5.7.3.8'],
  ['ocsp signing', '1.3.6.1.5.5.7.3.9'],
  ['microsoft sgc', '1.3.6.1.4.1.311.10.3.3'],
  ['netscape sgc', '2.16.840.1.113730.4.1'],
];

export function keyUsageBits(usages: readonly string[]): number[] {
  return [...new Set(usages.flatMap((usage) => BITS[usage] ?? []))].sort((a, b) => a - b);
}

/** Object identifiers. */
export function extendedKeyUsages(usages: readonly string[]): string[] {
  return [...new Set(PURPOSES.flatMap(([usage, id]) => (usages.includes(usage) ? [id] : [])))];
}
