import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createAuthority, createServingCertificate } from './certificates.ts';

const NOW = new Date('2026-11-22T12:00:00Z');

describe('serving certificates', () => {
  test('are signed by their authority and by no other', async () => {
    const authority = await createAuthority(NOW);
    const serving = new X509Certificate((await createServingCertificate(authority, '127.0.0.1', NOW)).certificate);
    expect(serving.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
    expect(serving.verify(new X509Certificate((await createAuthority(NOW)).certificate).publicKey)).toBe(false);
    expect(serving.ca).toBe(false);
    expect(new X509Certificate(authority.certificate).ca).toBe(true);
  });

  test.each(['kube.example', '10.1.2.3', 'fd00::5', '0.0.0.0', '::'])(
    'are good for this machine and for %s',
    async (host) => {
      const { certificate } = await createServingCertificate(await createAuthority(NOW), host, NOW);
      const serving = new X509Certificate(certificate);
      expect(serving.checkHost('localhost')).toBe('localhost');
      expect(serving.checkIP('127.0.0.1')).toBe('127.0.0.1');
      expect(serving.checkIP('::1')).toBe('::1');
      if (host === 'kube.example') expect(serving.checkHost(host)).toBe(host);
      if (host === '10.1.2.3' || host === 'fd00::5') expect(serving.checkIP(host)).toBe(host);
      expect(serving.checkHost('elsewhere.example')).toBeUndefined();
    },
  );

  test('begin before now, for clocks that lag, and end within 825 days', async () => {
    const { certificate } = await createServingCertificate(await createAuthority(NOW), 'localhost', NOW);
    const serving = new X509Certificate(certificate);
    expect(Date.parse(serving.validFrom)).toBeLessThan(NOW.getTime());
    expect(Date.parse(serving.validTo) - Date.parse(serving.validFrom)).toBeLessThan(825 * 24 * 3600 * 1000);
  });
});
