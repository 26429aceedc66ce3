import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setDefaultCACertificates } from 'node:tls';
import { messageOf, usageFailure } from '../failure.ts';

/** Reads a CA from a PEM file; a Failure names the file and what is wrong with it. */
export function readAuthority(file: string): string {
  try {
    const pem = readFileSync(file, 'utf8');
    if (!new X509Certificate(pem).ca) throw new TypeError('it is a certificate, and no authority that vouches for others');
    return pem;
  } catch (error) {
    throw usageFailure(`The CA in ${file} cannot be used: ${messageOf(error)}.`, 'It is the file keys/tls-ca.pem of the backend’s data directory.');
  }
}

/** From now on this process trusts servers of that authority, and no others. */
export function trustOnly(pem: string): void {
  setDefaultCACertificates([pem]);
}
