// The authority that signs what a cluster's certificate requests ask for: P-256, made when first asked for and kept beside
// the log. It is not what signs the certificate of the API itself.
//
// A certificate (RFC 5280) is SEQUENCE { body, algorithm, signature }. Node's own cryptography, since that of the web answers
// later and a controller works at once.
//
// Models kubernetes pkg/controller/certificates/authority.

import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { CertificateAuthority, CertificateTerms } from '../api/certificates/v1/certificate-authority.ts';
import { certificateEnd } from '../api/certificates/v1/certificate-text.ts';
import type { Clock } from '../lib/clock.ts';
import {
  bitString,
  der,
  objectIdentifier,
  readDer,
  sequence,
  smallInteger,
  TAG,
  text,
  time,
  writePem,
} from '../lib/der.ts';
import { extendedKeyUsages, keyUsageBits } from './certificate-usages.ts';

const KEY = 'certificate-authority';
const YEARS_MS = 10 * 365 * 24 * 60 * 60 * 1000;
const BACKDATE_MS = 5 * 60 * 1000;
const NAME = 'kubernetes';
const KEY_ID_TAG = 0x80;

type Keyed = Pick<SyncKvStorage, 'get' | 'put'>;

/** PEM texts. */
interface KeyPair {
  readonly certificate: string;
  readonly privateKey: string;
}

interface Body {
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly extensions: readonly Uint8Array[];
}

/** What is stored is read each time: what a transaction stored may be undone with it. */
export function certificateAuthority(storage: Keyed, clock: Clock): CertificateAuthority {
  const pair = (): KeyPair => {
    const known = storage.get<KeyPair>(KEY);
    if (known !== undefined) return known;
    const made = newAuthority(clock.now());
    storage.put(KEY, made);
    return made;
  };
  return {
    certificate: () => pair().certificate,
    sign: (terms) => issue(pair(), terms),
  };
}

function newAuthority(now: number): KeyPair {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const privateKey = keys.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
  const publicKey = keys.publicKey.export({ format: 'der', type: 'spki' });
  const name = commonName(NAME);
  const body = {
    issuer: name,
    subject: name,
    publicKey,
    notBefore: now - BACKDATE_MS,
    notAfter: now + YEARS_MS,
    extensions: [
      extension('2.5.29.15', true, keyUsage(['digital signature', 'key encipherment', 'cert sign'])),
      extension('2.5.29.19', true, sequence(yes())),
      extension('2.5.29.14', false, der(TAG.octetString, keyId(publicKey))),
    ],
  };
  return { certificate: signed(body, privateKey), privateKey };
}

function issue(
  { certificate, privateKey }: KeyPair,
  { request, usages, notBefore, notAfter }: CertificateTerms,
): string {
  const issuerKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const extended = extendedKeyUsages(usages);
  const names = request.names.map(({ whole }) => whole);
  // A subject without a name leaves all to the alternative names.
  const bare = readDer(request.subject)?.[0]?.content.length === 0;
  const bits = keyUsageBits(usages).length > 0;
  const body = {
    issuer: commonName(NAME),
    subject: request.subject,
    publicKey: request.publicKey,
    notBefore,
    notAfter: Math.min(notAfter, certificateEnd(btoa(certificate)) ?? notAfter),
    extensions: [
      ...(bits ? [extension('2.5.29.15', true, keyUsage(usages))] : []),
      ...(extended.length > 0 ? [extension('2.5.29.37', false, sequence(...extended.map(objectIdentifier)))] : []),
      extension('2.5.29.19', true, sequence()),
      extension('2.5.29.35', false, sequence(der(KEY_ID_TAG, keyId(issuerKey)))),
      ...(names.length > 0 ? [extension('2.5.29.17', bare, sequence(...names))] : []),
    ],
  };
  return signed(body, privateKey);
}

function signed({ issuer, subject, publicKey, notBefore, notAfter, extensions }: Body, privateKey: string): string {
  // ecdsa-with-SHA256
  const algorithm = sequence(objectIdentifier('1.2.840.10045.4.3.2'));
  const body = sequence(
    der(0xa0, smallInteger(2)),
    der(TAG.integer, serialNumber()),
    algorithm,
    issuer,
    sequence(time(notBefore), time(notAfter)),
    subject,
    publicKey,
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', body, { key: privateKey, dsaEncoding: 'der' });
  return writePem(sequence(body, algorithm, bitString(signature)), 'CERTIFICATE');
}

/** 16 bytes; the first bit is clear, since the number is positive, and the second set, for a fixed length. */
function serialNumber(): Uint8Array {
  const bytes = Uint8Array.from(randomBytes(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

function yes(): Uint8Array {
  return der(TAG.boolean, Uint8Array.of(0xff));
}

function commonName(name: string): Uint8Array {
  return sequence(der(TAG.set, sequence(objectIdentifier('2.5.4.3'), text(TAG.utf8, name))));
}

function extension(id: string, critical: boolean, value: Uint8Array): Uint8Array {
  return sequence(objectIdentifier(id), ...(critical ? [yes()] : []), der(TAG.octetString, value));
}

/** Of the key's bits alone (RFC 5280, 4.2.1.2). */
function keyId(publicKey: Uint8Array): Uint8Array {
  const [, bits] = readDer(readDer(publicKey)?.[0]?.content ?? publicKey) ?? [];
  return createHash('sha1')
    .update(bits?.content.subarray(1) ?? publicKey)
    .digest();
}

/** A bit a usage, the first being the highest; zeros at the end are left out. */
function keyUsage(usages: readonly string[]): Uint8Array {
  const bits = keyUsageBits(usages);
  const highest = Math.max(...bits);
  const bytes = new Uint8Array((highest >> 3) + 1);
  for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return bitString(bytes, 7 - (highest & 7));
}
