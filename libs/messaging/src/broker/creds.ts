import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { formatCreds, readCreds } from '../crypto/credentials.ts';
import { issueJwt, readJwt } from '../crypto/jwt.ts';
import { generateNkey } from '../crypto/nkey.ts';
import { readPrivateFile, writePrivateFile } from '../crypto/private-files.ts';
import { connectionTypes } from './accounts.ts';
import { createBrokerKeys } from './keys.ts';
import { adminPermissions, systemPermissions } from './permissions.ts';
import type { CredsFiles } from './types.ts';
import type { Nkey } from '../crypto/nkey.ts';

// -1 each, or the server takes it for 0.
const noLimits = { subs: -1, data: -1, payload: -1, allowed_connection_types: connectionTypes } as const;

/** Keeps the seed of credentials that are already there, so that rewriting them disconnects nobody. */
function seedOf(file: string): Nkey {
  if (!existsSync(file)) return generateNkey('user');
  const { jwt, seed } = readCreds(readPrivateFile(file));
  return { seed, publicKey: readJwt(jwt).sub };
}

function writeUser(file: string, name: string, issuer: Nkey, nats: Readonly<Record<string, unknown>>): string {
  const user = seedOf(file);
  const jwt = issueJwt({ name, subject: user.publicKey, type: 'user', issuerSeed: issuer.seed, nats });
  writePrivateFile(file, formatCreds(jwt, user.seed));
  return file;
}

/** Writes creds/admin.creds, backend.creds (both CORE) and sys.creds of a data directory, 0600; their keys stay once made. */
export function writeCreds(dataDir: string): CredsFiles {
  const keys = createBrokerKeys(join(dataDir, 'keys'));
  const file = (name: string) => join(dataDir, 'creds', `${name}.creds`);
  return {
    admin: writeUser(file('admin'), 'admin', keys.adminSigner, { issuer_account: keys.coreAccount.publicKey, ...adminPermissions, ...noLimits }),
    backend: writeUser(file('backend'), 'backend', keys.backendSigner, { issuer_account: keys.coreAccount.publicKey }),
    sys: writeUser(file('sys'), 'sys', keys.sysSigner, { issuer_account: keys.sysAccount.publicKey, ...systemPermissions(keys.agentsAccount.publicKey), ...noLimits }),
  };
}
