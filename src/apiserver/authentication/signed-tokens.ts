// Tokens as texts: claims, signed (RFC 7519).

import { decodeBase64Url, encodeBase64Url } from '../../lib/base64url.ts';
import type { JsonObject } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import type { TokenSigner } from './token-signer.ts';

/** So many tokens of about 1 kB are remembered. */
const MAX_VERIFIED = 256;

export class SignedTokens {
  readonly #signer: TokenSigner;
  /** Tokens whose signatures were found right. */
  readonly #verified = new Set<string>();

  constructor(signer: TokenSigner) {
    this.#signer = signer;
  }

  sign(claims: object): string {
    const { algorithm, keyId } = this.#signer;
    const head = encodeBase64Url(JSON.stringify({ alg: algorithm, kid: keyId }));
    const signed = `${head}.${encodeBase64Url(JSON.stringify(claims))}`;
    return `${signed}.${this.#signer.sign(signed)}`;
  }

  /** What a token claims, whoever signed it; undefined: it is none. */
  claims(token: string): JsonObject | undefined {
    const parts = token.split('.');
    return parts.length === 3 ? parsed(parts[1] ?? '') : undefined;
  }

  /** Whether it was signed here. That it was stays so; clients send the same token again and again, and verifying costs most. */
  isSigned(token: string): boolean {
    if (this.#verified.has(token)) return true;
    const at = token.lastIndexOf('.');
    if (parsed(token.slice(0, token.indexOf('.')))?.['alg'] !== this.#signer.algorithm) return false;
    if (!this.#signer.verify(token.slice(0, at), token.slice(at + 1))) return false;
    const [oldest] = this.#verified;
    if (oldest !== undefined && this.#verified.size >= MAX_VERIFIED) this.#verified.delete(oldest);
    this.#verified.add(token);
    return true;
  }
}

function parsed(part: string): JsonObject | undefined {
  try {
    const value = JSON.parse(decodeBase64Url(part) ?? '') as JsonObject;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
