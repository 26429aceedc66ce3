import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';

/** Who may vouch for a receiver: the public authorities, and the one in `caFile`; undefined for what Node believes anyway. */
export function receiverAuthorities(caFile: string | undefined): string[] | undefined {
  return caFile === undefined ? undefined : [...rootCertificates, readFileSync(caFile, 'utf8')];
}
