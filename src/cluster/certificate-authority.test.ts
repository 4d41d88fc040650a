import { X509Certificate } from 'node:crypto';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { describe, expect, test } from 'vitest';
import type { CertificateRequest } from '../api/certificates/v1/certificate-text.ts';
import { certificateEnd, readRequest } from '../api/certificates/v1/certificate-text.ts';
import { certificateAuthority } from './certificate-authority.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const DAY_MS = 86_400_000;

function keyed(): { get<T>(key: string): T | undefined; put(key: string, value: unknown): void } {
  const values = new Map<string, unknown>();
  return {
    get: <T>(key: string) => values.get(key) as T | undefined,
    put: (key, value) => void values.set(key, value),
  };
}

const authority = certificateAuthority(keyed(), { now: () => NOW });

async function requestOf(subject: string, names: x509.JsonGeneralNames = []): Promise<CertificateRequest> {
  const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = (await crypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  const extensions = names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)];
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: subject,
    keys,
    signingAlgorithm,
    extensions,
  });
  const read = readRequest(btoa(request.toString('pem')));
  if (read === undefined) throw new Error('not read');
  return read;
}

describe('the authority', () => {
  test('is made once, and signs itself', () => {
    const own = new X509Certificate(authority.certificate());
    expect(authority.certificate()).toBe(authority.certificate());
    expect([own.ca, own.subject, own.issuer]).toEqual([true, 'CN=kubernetes', 'CN=kubernetes']);
    expect(own.verify(own.publicKey)).toBe(true);
    expect(Date.parse(own.validTo) - NOW).toBe(3650 * DAY_MS);
  });

  test('signs what is asked for', async () => {
    const request = await requestOf('CN=system:node:n1, O=system:nodes', [
      { type: 'dns', value: 'n1.example' },
      { type: 'ip', value: '10.0.0.1' },
    ]);
    const usages = ['digital signature', 'key encipherment', 'server auth'];
    const pem = authority.sign({ request, usages, notBefore: NOW - 300_000, notAfter: NOW + DAY_MS });
    const made = new X509Certificate(pem);
    const own = new X509Certificate(authority.certificate());
    expect(made.checkIssued(own)).toBe(true);
    expect(made.verify(own.publicKey)).toBe(true);
    expect(made.ca).toBe(false);
    expect(made.subject).toBe('CN=system:node:n1\nO=system:nodes');
    expect(made.subjectAltName).toBe('DNS:n1.example, IP Address:10.0.0.1');
    expect([Date.parse(made.validFrom), Date.parse(made.validTo)]).toEqual([NOW - 300_000, NOW + DAY_MS]);
    expect(certificateEnd(btoa(pem))).toBe(NOW + DAY_MS);
    expect(made.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    const parsed = new x509.X509Certificate(pem);
    const bits = parsed.getExtension(x509.KeyUsagesExtension)?.usages;
    expect(bits).toBe(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment);
    const issuerKey = new x509.X509Certificate(authority.certificate()).getExtension(
      x509.SubjectKeyIdentifierExtension,
    );
    expect(parsed.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId).toBe(issuerKey?.keyId);
    expect(
      await parsed.verify({
        date: new Date(NOW),
        publicKey: await new x509.X509Certificate(own.toString()).publicKey.export(),
      }),
    ).toBe(true);
  });

  test('promises nothing beyond its own end', async () => {
    const request = await requestOf('CN=a');
    const pem = authority.sign({ request, usages: ['client auth'], notBefore: NOW, notAfter: NOW + 4000 * DAY_MS });
    expect(certificateEnd(btoa(pem))).toBe(NOW + 3650 * DAY_MS);
    expect(new X509Certificate(pem).serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
  });
});

describe('a request', () => {
  test('says who asks and for which names', async () => {
    const request = await requestOf('CN=jane, O=dev, O=ops', [
      { type: 'email', value: 'jane@example' },
      { type: 'url', value: 'spiffe://example/jane' },
    ]);
    expect([request.commonName, request.organizations]).toEqual(['jane', ['dev', 'ops']]);
    expect(request.names.map(({ kind }) => kind)).toEqual(['email', 'uri']);
  });

  test('that cannot be read is none', () => {
    const block = (bytes: number[]) =>
      btoa(
        `-----BEGIN CERTIFICATE REQUEST-----\n${btoa(String.fromCharCode(...bytes))}\n-----END CERTIFICATE REQUEST-----\n`,
      );
    for (const text of ['', 'no base64 !', btoa('no PEM'), block([]), block([0x30, 0x80]), block([0x30, 2, 0x30, 5])]) {
      expect(readRequest(text)).toBeUndefined();
      expect(certificateEnd(text)).toBeUndefined();
    }
  });
});
