import { existsSync, readdirSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ensurePrivateDir, readPrivateFile, writePrivateFile } from '../crypto/private-files.ts';
import { createSigningKey, loadSigningKey, saveSigningKey } from '../crypto/keys.ts';
import type { SigningKey } from '../crypto/keys.ts';
import { generateNkey, publicKeyOf } from '../crypto/nkey.ts';
import type { Nkey, NkeyKind } from '../crypto/nkey.ts';
import { MessagingError } from '../errors.ts';

/** The NKeys the broker's trust hangs on, each in its own 0600 file of the keys directory; each can be replaced by another. */
const nkeyFiles = {
  operator: { file: 'operator.nk', kind: 'operator' },
  adminSigner: { file: 'signing-admin.nk', kind: 'account' },
  sysSigner: { file: 'signing-sys.nk', kind: 'account' },
  backendSigner: { file: 'signing-backend.nk', kind: 'account' },
  agentSigner: { file: 'signing-agent.nk', kind: 'account' },
  enrolSigner: { file: 'signing-enrol.nk', kind: 'account' },
  renewSigner: { file: 'signing-renew.nk', kind: 'account' },
} as const satisfies Readonly<Record<string, { file: string; kind: NkeyKind }>>;

/** What each account is called by for ever: streams and credentials belong to it. Its private half signs nothing and is kept nowhere. */
const accountFiles = { sysAccount: 'account-sys.pub', coreAccount: 'account-core.pub', agentsAccount: 'account-agents.pub' } as const;

type NkeyName = keyof typeof nkeyFiles;
type AccountName = keyof typeof accountFiles;

/** NKeys of operator and signing keys, and the public ones of the accounts. */
export type BrokerKeys = Readonly<Record<NkeyName, Nkey>> & Readonly<Record<AccountName, Pick<Nkey, 'publicKey'>>>;

const messageKeys = ['root', 'command', 'desired', 'control', 'checkpoint'] as const;
type MessageKeyName = (typeof messageKeys)[number];

/** The keys the backend signs with, one per purpose, and its secret keys (32 bytes each). */
export type ServerKeys = Readonly<Record<MessageKeyName, SigningKey>> & {
  /** Identity records are MACed with it. */
  readonly identityMac: Uint8Array;
  /** Secrets of second factors are encrypted with it. */
  readonly identitySeal: Uint8Array;
  /** Secrets of jobs are encrypted with it. */
  readonly secretSeal: Uint8Array;
};

const secretFiles = { identityMac: 'identity-mac.key', identitySeal: 'identity-seal.key', secretSeal: 'secret-seal.key' } as const;

/** Reads the broker's keys; throws when one is missing or readable by others. */
export function loadBrokerKeys(keysDir: string): BrokerKeys {
  const read = (file: string) => readPrivateFile(join(keysDir, file)).trim();
  const pair = (name: NkeyName): Nkey => {
    const seed = read(nkeyFiles[name].file);
    return { seed, publicKey: publicKeyOf(seed) };
  };
  return {
    operator: pair('operator'),
    adminSigner: pair('adminSigner'),
    sysSigner: pair('sysSigner'),
    backendSigner: pair('backendSigner'),
    agentSigner: pair('agentSigner'),
    enrolSigner: pair('enrolSigner'),
    renewSigner: pair('renewSigner'),
    sysAccount: { publicKey: read(accountFiles.sysAccount) },
    coreAccount: { publicKey: read(accountFiles.coreAccount) },
    agentsAccount: { publicKey: read(accountFiles.agentsAccount) },
  };
}

/** Reads the broker's keys, making those that are missing; a lost operator key or account is never replaced while others exist. */
export function createBrokerKeys(keysDir: string): BrokerKeys {
  ensurePrivateDir(keysDir);
  const isMissing = (file: string) => !existsSync(join(keysDir, file));
  const all = [...Object.values(nkeyFiles).map(({ file }) => file), ...Object.values(accountFiles)];
  const missing = all.filter(isMissing);
  const present = all.length - missing.length;
  const lost = missing.find((file) => file === nkeyFiles.operator.file || file.startsWith('account-'));
  if (lost !== undefined && present > 0) {
    // A new account key would orphan every stream and every credential, quietly.
    throw new MessagingError('invalid', `${join(keysDir, lost)} is missing though other keys are there; restore it from a backup`, {
      details: { file: lost, found: readdirSync(keysDir) },
    });
  }
  for (const file of Object.values(accountFiles)) if (isMissing(file)) writePrivateFile(join(keysDir, file), `${generateNkey('account').publicKey}\n`);
  for (const { file, kind } of Object.values(nkeyFiles)) if (isMissing(file)) writePrivateFile(join(keysDir, file), `${generateNkey(kind).seed}\n`);
  return loadBrokerKeys(keysDir);
}

/** Reads the keys the backend signs, MACs and encrypts with. */
export function loadServerKeys(keysDir: string): ServerKeys {
  const load = (name: MessageKeyName) => loadSigningKey(join(keysDir, `${name}.pem`));
  const loadSecret = (file: string) => Buffer.from(readPrivateFile(join(keysDir, file)).trim(), 'base64url');
  return {
    root: load('root'),
    command: load('command'),
    desired: load('desired'),
    control: load('control'),
    checkpoint: load('checkpoint'),
    identityMac: loadSecret(secretFiles.identityMac),
    identitySeal: loadSecret(secretFiles.identitySeal),
    secretSeal: loadSecret(secretFiles.secretSeal),
  };
}

/** Reads the keys the backend signs, MACs and encrypts with, making those that are missing; a lost root or control key is never replaced while others exist. */
export function createServerKeys(keysDir: string): ServerKeys {
  ensurePrivateDir(keysDir);
  const isMissing = (name: MessageKeyName) => !existsSync(join(keysDir, `${name}.pem`));
  const lost = (['root', 'control'] as const).find(isMissing);
  if (lost !== undefined && !messageKeys.every(isMissing)) {
    // The history, and every agent, believe that very one: nothing a new one signs would count.
    throw new MessagingError('invalid', `${join(keysDir, `${lost}.pem`)} is missing though other keys are there; restore it from a backup`, { details: { file: `${lost}.pem` } });
  }
  for (const name of messageKeys) {
    const file = join(keysDir, `${name}.pem`);
    if (!existsSync(file)) saveSigningKey(createSigningKey(), file);
  }
  for (const name of Object.values(secretFiles)) {
    const file = join(keysDir, name);
    if (!existsSync(file)) writePrivateFile(file, `${randomBytes(32).toString('base64url')}\n`);
  }
  return loadServerKeys(keysDir);
}
