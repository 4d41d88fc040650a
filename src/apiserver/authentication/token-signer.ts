// What signs the tokens of service accounts. A port: the key belongs to the shell that keeps it.

/** As JWK has it (RFC 7518): the numbers in base64url. */
export interface PublicKey {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y: string;
}

export interface TokenSigner {
  /** As JWT names it (RFC 7518): `ES256`. */
  readonly algorithm: string;
  /** Tells keys apart. */
  readonly keyId: string;
  /** Of an elliptic curve. */
  publicKey(): PublicKey;
  /** The signature in base64url. */
  sign(text: string): string;
  verify(text: string, signature: string): boolean;
}
