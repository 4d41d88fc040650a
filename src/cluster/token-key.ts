// The key that signs the tokens of a cluster's service accounts: P-256, made with the cluster and kept beside its log.
// Node's own cryptography, since that of the web answers later and a request is carried out at once.

import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { PublicKey, TokenSigner } from '../apiserver/authentication/token-signer.ts';

const KEY = 'token-key';
/** Signatures as JWT has them: the two numbers, one behind the other. */
const ENCODING = 'ieee-p1363';

type Keyed = Pick<SyncKvStorage, 'get' | 'put'>;

/** The private key's text. It is made where there is none yet. */
export function readTokenKey(storage: Keyed): string {
  const known = storage.get<string>(KEY);
  if (known !== undefined) return known;
  const made = newTokenKey();
  storage.put(KEY, made);
  return made;
}

export function newTokenKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
}

/** Nothing is computed before a token is signed or verified. */
export function tokenSigner(privateKey: string): TokenSigner {
  let publicKey: string | undefined;
  const publicText = (): string =>
    (publicKey ??= createPublicKey(privateKey).export({ format: 'pem', type: 'spki' }) as string);
  return {
    algorithm: 'ES256',
    get keyId() {
      return createHash('sha256').update(publicText()).digest('base64url');
    },
    publicKey: () => createPublicKey(privateKey).export({ format: 'jwk' }) as PublicKey,
    sign(text) {
      const signature = sign('sha256', new TextEncoder().encode(text), { key: privateKey, dsaEncoding: ENCODING });
      return signature.toString('base64url');
    },
    verify(text, signature) {
      const bytes = Buffer.from(signature, 'base64url');
      const key = { key: publicText(), dsaEncoding: ENCODING } as const;
      return bytes.length === 64 && verify('sha256', new TextEncoder().encode(text), key, bytes);
    },
  };
}
