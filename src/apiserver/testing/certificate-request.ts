// Requests for certificates, as the API takes them.

import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

/** A new key's, as a PEM text in base64. `subject`: `CN=panda, O=dev`. */
export async function certificateRequest(subject: string): Promise<string> {
  const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = (await crypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  const request = await x509.Pkcs10CertificateRequestGenerator.create({ name: subject, keys, signingAlgorithm });
  return btoa(`${request.toString('pem').trimEnd()}\n`);
}
