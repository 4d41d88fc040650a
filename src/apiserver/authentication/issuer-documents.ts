// What another party needs in order to check the tokens of this cluster's service accounts by itself (OpenID Connect
// Discovery 1.0): who issues them, and the public keys.
// Models kubernetes pkg/serviceaccount/openidmetadata.go and pkg/routes/openidmetadata.go.

import type { ApiResponse } from '../http.ts';
import { ISSUER } from './service-account-tokens.ts';
import type { TokenSigner } from './token-signer.ts';

export const OPENID_CONFIGURATION = '/.well-known/openid-configuration';
export const PUBLIC_KEYS = '/openid/v1/jwks';

/** Of a path, with or without a slash in its end; undefined where it is none of these. `base`: the cluster's URL. */
export function issuerDocument(path: string, signer: TokenSigner, base: string): ApiResponse | undefined {
  switch (path.endsWith('/') ? path.slice(0, -1) : path) {
    case OPENID_CONFIGURATION:
      return document('application/json', {
        issuer: ISSUER,
        jwks_uri: `${base}${PUBLIC_KEYS}`,
        response_types_supported: ['id_token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: [signer.algorithm],
      });
    case PUBLIC_KEYS: {
      const { kty, crv, x, y } = signer.publicKey();
      const key = { use: 'sig', kty, kid: signer.keyId, crv, alg: signer.algorithm, x, y };
      return document('application/jwk-set+json', { keys: [key] });
    }
    default:
      return undefined;
  }
}

function document(contentType: string, value: object): ApiResponse {
  return {
    status: 200,
    contentType,
    body: JSON.stringify(value),
    headers: { 'Cache-Control': 'public, max-age=3600' },
  };
}
