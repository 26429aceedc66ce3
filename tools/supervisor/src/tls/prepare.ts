import { existsSync, readFileSync } from 'node:fs';
import { setDefaultCACertificates } from 'node:tls';
import { certifiedNames } from '../addresses.ts';
import type { DataPaths } from '../paths.ts';
import type { Settings } from '../settings.ts';
import { StartupError } from '../startup-error.ts';
import { ensureCertificates, type Certificates } from './certificates.ts';

/** The certificates of a start, made where none were given; this process then trusts the one authority they are of. */
export async function prepareCertificates(settings: Settings, paths: DataPaths): Promise<Certificates | undefined> {
  const { tls } = settings;
  if (tls === undefined) return undefined;
  const certificates = tls.own === undefined ? await ensureCertificates(paths.keys, certifiedNames(settings)) : given(tls.own);
  if (certificates.caFile !== undefined) setDefaultCACertificates([readFileSync(certificates.caFile, 'utf8')]);
  return certificates;
}

function given(own: Certificates): Certificates {
  const missing = [own.certFile, own.keyFile, own.caFile].find((file) => file !== undefined && !existsSync(file));
  if (missing !== undefined) throw new StartupError(`There is no file ${missing}.`, ['KANADE_TLS_CERT, KANADE_TLS_KEY and KANADE_TLS_CA must be paths of PEM files.']);
  return own;
}
