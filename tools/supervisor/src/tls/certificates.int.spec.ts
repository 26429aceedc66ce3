import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { X509Certificate } from 'node:crypto';
import { ensureCertificates } from './certificates.ts';

let keysDir = '';
beforeEach(() => {
  keysDir = mkdtempSync(join(tmpdir(), 'kanade-tls-'));
});
afterEach(() => rmSync(keysDir, { recursive: true }));

const names = ['kanade.example', 'localhost', '127.0.0.1', '::1'];

describe('certificates of an installation’s own', () => {
  it('name every name and address, are of its own CA, and are private', async () => {
    const { caFile, certFile, keyFile } = await ensureCertificates(keysDir, names);
    const certificate = new X509Certificate(readFileSync(certFile));
    expect(certificate.verify(new X509Certificate(readFileSync(caFile)).publicKey)).toBe(true);
    expect(certificate.ca).toBe(false);
    expect([certificate.checkHost('kanade.example'), certificate.checkIP('::1'), certificate.checkHost('other.example')]).toEqual(['kanade.example', '::1', undefined]);
    for (const file of [caFile, certFile, keyFile, join(keysDir, 'tls-ca.key')]) expect(statSync(file).mode & 0o777, file).toBe(0o600);
  });

  it('stay as they are at the next start, and are issued anew under the same CA for another name', async () => {
    const { caFile, certFile } = await ensureCertificates(keysDir, names);
    const [ca, first] = [readFileSync(caFile, 'utf8'), readFileSync(certFile, 'utf8')];
    await ensureCertificates(keysDir, names);
    expect(readFileSync(certFile, 'utf8')).toBe(first);
    await ensureCertificates(keysDir, [...names, 'new.example']);
    expect(readFileSync(certFile, 'utf8')).not.toBe(first);
    expect(readFileSync(caFile, 'utf8')).toBe(ca);
    expect(new X509Certificate(readFileSync(certFile)).checkHost('new.example')).toBe('new.example');
  });
});
