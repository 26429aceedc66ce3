import 'reflect-metadata';
import { KeyObject, X509Certificate as NodeCertificate, createPrivateKey, webcrypto } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { readPrivateFile, writePrivateFile } from '@kanade/messaging';
import {
  BasicConstraintsExtension, ExtendedKeyUsage, ExtendedKeyUsageExtension, KeyUsageFlags, KeyUsagesExtension, SubjectAlternativeNameExtension, SubjectKeyIdentifierExtension,
  X509Certificate, X509CertificateGenerator,
} from '@peculiar/x509';

/** What the listeners show; `caFile` is what agents and command lines pin, absent where a public authority vouches. */
export interface Certificates {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string | undefined;
}

/** Certificates of an installation's own authority. */
export interface CertificateFiles extends Certificates {
  readonly caFile: string;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const dayMs = 86_400_000;
const caDays = 3650;
/** What browsers accept at most is 398. */
const serverDays = 397;
/** Renewed at a start when less than this is left. */
const renewDays = 90;
/** Clocks of endpoints are behind ours now and then. */
const leewayMs = dayMs;

const privatePem = (key: webcrypto.CryptoKey): string => KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }).toString();
const makeKeys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
const validity = (days: number) => ({ notBefore: new Date(Date.now() - leewayMs), notAfter: new Date(Date.now() + days * dayMs) });
const serialNumber = () => Buffer.from(webcrypto.getRandomValues(new Uint8Array(16))).toString('hex');

/** A certificate authority of this installation's own, made once: whoever pins it trusts servers of this installation and no others. */
async function createAuthority(caFile: string, caKeyFile: string): Promise<void> {
  const keys = await makeKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `CN=kanade CA ${serialNumber().slice(0, 8)}`,
    ...validity(caDays),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  writePrivateFile(caKeyFile, privatePem(keys.privateKey));
  writePrivateFile(caFile, `${certificate.toString('pem')}\n`);
}

async function issueServer({ caFile, certFile, keyFile }: CertificateFiles, caKeyFile: string, names: readonly string[]): Promise<void> {
  const authority = new X509Certificate(readFileSync(caFile, 'utf8'));
  const caKey = createPrivateKey(readPrivateFile(caKeyFile)).export({ type: 'pkcs8', format: 'der' });
  const signingKey = await webcrypto.subtle.importKey('pkcs8', caKey, algorithm, false, ['sign']);
  const keys = await makeKeys();
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: `CN=${names[0] ?? 'kanade'}`,
    issuer: authority.subject,
    ...validity(serverDays),
    signingKey,
    publicKey: keys.publicKey,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }))),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  writePrivateFile(keyFile, privatePem(keys.privateKey));
  writePrivateFile(certFile, `${certificate.toString('pem')}\n`);
}

/** True when the certificate is of this authority, names everything it must and lasts a while. */
function isGood({ caFile, certFile, keyFile }: CertificateFiles, names: readonly string[]): boolean {
  if (!existsSync(certFile) || !existsSync(keyFile)) return false;
  const certificate = new NodeCertificate(readFileSync(certFile));
  const authority = new NodeCertificate(readFileSync(caFile));
  if (!certificate.verify(authority.publicKey) || Date.parse(certificate.validTo) - Date.now() < renewDays * dayMs) return false;
  return names.every((name) => (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined);
}

/** Makes the authority once, and a server certificate for these DNS names and addresses whenever the one there does not do. */
export async function ensureCertificates(keysDir: string, names: readonly string[]): Promise<CertificateFiles> {
  const caKeyFile = join(keysDir, 'tls-ca.key');
  const files = { caFile: join(keysDir, 'tls-ca.pem'), certFile: join(keysDir, 'tls-server.pem'), keyFile: join(keysDir, 'tls-server.key') };
  if (!existsSync(files.caFile) || !existsSync(caKeyFile)) await createAuthority(files.caFile, caKeyFile);
  if (!isGood(files, names)) await issueServer(files, caKeyFile, names);
  return files;
}
