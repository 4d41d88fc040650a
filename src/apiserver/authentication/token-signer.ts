// What signs the tokens of service accounts. A port: the key belongs to the shell that keeps it.

export interface TokenSigner {
  /** As JWT names it (RFC 7518): `ES256`. */
  readonly algorithm: string;
  /** Tells keys apart. */
  readonly keyId: string;
  /** The signature in base64url. */
  sign(text: string): string;
  verify(text: string, signature: string): boolean;
}
