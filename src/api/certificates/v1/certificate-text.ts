// What certificates and requests for them say, out of their texts. Undefined stands for what cannot be read.
//
// A request (PKCS #10, RFC 2986) is SEQUENCE { SEQUENCE { version, subject, public key, [0] attributes }, …signature }; the
// attribute extensionRequest holds the extensions that are asked for, of which the alternative names matter.

import type { DerElement } from '../../../lib/der.ts';
import { readDer, readPem, readTime, TAG } from '../../../lib/der.ts';

export interface CertificateRequest {
  /** DER of the name. */
  readonly subject: Uint8Array;
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** DER of the key with its algorithm. */
  readonly publicKey: Uint8Array;
  readonly names: readonly AlternativeName[];
}

export interface AlternativeName {
  readonly kind: 'email' | 'dns' | 'uri' | 'ip';
  /** DER, with its tag. */
  readonly whole: Uint8Array;
}

/** 2.5.4.3 and 2.5.4.10, as DER has them. */
const COMMON_NAME = '85,4,3';
const ORGANIZATION = '85,4,10';
/** 1.2.840.113549.1.9.14 */
const EXTENSION_REQUEST = '42,134,72,134,247,13,1,9,14';
/** 2.5.29.17 */
const ALTERNATIVE_NAMES = '85,29,17';
const ATTRIBUTES_TAG = 0xa0;
const VERSION_TAG = 0xa0;
const NAME_KINDS: ReadonlyMap<number, AlternativeName['kind']> = new Map([
  [0x81, 'email'],
  [0x82, 'dns'],
  [0x86, 'uri'],
  [0x87, 'ip'],
]);

/** `request` as the API has it: a PEM text in base64. */
export function readRequest(request: string): CertificateRequest | undefined {
  const bytes = readPem(decoded(request), 'CERTIFICATE REQUEST');
  const [info, ...signature] = inside(bytes && readDer(bytes)?.[0]) ?? [];
  const [version, subject, publicKey, attributes] = inside(info) ?? [];
  if (signature.length !== 2 || version?.tag !== TAG.integer || subject === undefined || publicKey === undefined) {
    return undefined;
  }
  const parts = (inside(subject) ?? []).flatMap((set) => inside(set) ?? []).map((part) => inside(part) ?? []);
  const texts = (type: string): string[] =>
    parts.flatMap(([id, value]) =>
      id?.content.join() === type && value !== undefined ? [new TextDecoder().decode(value.content)] : [],
    );
  return {
    subject: subject.whole,
    commonName: texts(COMMON_NAME).at(-1) ?? '',
    organizations: texts(ORGANIZATION),
    publicKey: publicKey.whole,
    names: attributes?.tag === ATTRIBUTES_TAG ? alternativeNames(attributes) : [],
  };
}

function alternativeNames(attributes: DerElement): AlternativeName[] {
  for (const attribute of inside(attributes) ?? []) {
    const [id, values] = inside(attribute) ?? [];
    if (id?.content.join() !== EXTENSION_REQUEST) continue;
    for (const extension of inside(inside(values)?.[0]) ?? []) {
      const parts = inside(extension) ?? [];
      const value = parts.at(-1);
      if (parts[0]?.content.join() !== ALTERNATIVE_NAMES || value === undefined) continue;
      return (inside(readDer(value.content)?.[0]) ?? []).flatMap(({ tag, whole }) => {
        const kind = NAME_KINDS.get(tag);
        return kind === undefined ? [] : [{ kind, whole }];
      });
    }
  }
  return [];
}

/** When the certificate (as the API has it: a PEM text in base64) ends, in milliseconds since the epoch. */
export function certificateEnd(certificate: string): number | undefined {
  const bytes = readPem(decoded(certificate), 'CERTIFICATE');
  const [body] = inside(bytes && readDer(bytes)?.[0]) ?? [];
  const parts = inside(body) ?? [];
  // Before it: a version perhaps, the serial number, the algorithm and the issuer.
  const validity = parts[parts[0]?.tag === VERSION_TAG ? 4 : 3];
  const end = inside(validity)?.[1];
  return end === undefined ? undefined : readTime(end);
}

function inside(element: DerElement | undefined): DerElement[] | undefined {
  return element === undefined ? undefined : readDer(element.content);
}

function decoded(base64: string): string {
  try {
    return atob(base64);
  } catch {
    return '';
  }
}
