import { existsSync, readdirSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ensurePrivateDir, readPrivateFile, writePrivateFile } from '../crypto/private-files.ts';
import { createSigningKey, loadSigningKey, saveSigningKey } from '../crypto/keys.ts';
import type { SigningKey } from '../crypto/keys.ts';
import { generateNkey, publicKeyOf } from '../crypto/nkey.ts';
import type { Nkey, NkeyKind } from '../crypto/nkey.ts';
import { MessagingError } from '../errors.ts';

/** The NKeys the broker's trust hangs on, each in its own 0600 file of the keys directory. */
const nkeyFiles = {
  operator: { file: 'operator.nk', kind: 'operator' },
  sysAccount: { file: 'account-sys.nk', kind: 'account' },
  coreAccount: { file: 'account-core.nk', kind: 'account' },
  agentsAccount: { file: 'account-agents.nk', kind: 'account' },
  backendSigner: { file: 'signing-backend.nk', kind: 'account' },
  agentSigner: { file: 'signing-agent.nk', kind: 'account' },
  enrolSigner: { file: 'signing-enrol.nk', kind: 'account' },
  renewSigner: { file: 'signing-renew.nk', kind: 'account' },
} as const satisfies Readonly<Record<string, { file: string; kind: NkeyKind }>>;

type NkeyName = keyof typeof nkeyFiles;

/** NKeys of operator, accounts and scoped signing keys. */
export type BrokerKeys = Readonly<Record<NkeyName, Nkey>>;

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

function mapNkeys(make: (name: NkeyName) => Nkey): BrokerKeys {
  return {
    operator: make('operator'),
    sysAccount: make('sysAccount'),
    coreAccount: make('coreAccount'),
    agentsAccount: make('agentsAccount'),
    backendSigner: make('backendSigner'),
    agentSigner: make('agentSigner'),
    enrolSigner: make('enrolSigner'),
    renewSigner: make('renewSigner'),
  };
}

/** Reads the broker's keys; throws when one is missing or readable by others. */
export function loadBrokerKeys(keysDir: string): BrokerKeys {
  return mapNkeys((name) => {
    const seed = readPrivateFile(join(keysDir, nkeyFiles[name].file)).trim();
    return { seed, publicKey: publicKeyOf(seed) };
  });
}

/** Reads the broker's keys, making those that are missing; a lost operator or account key is never replaced while others exist. */
export function createBrokerKeys(keysDir: string): BrokerKeys {
  ensurePrivateDir(keysDir);
  const all = Object.values(nkeyFiles);
  const missing = all.filter(({ file }) => !existsSync(join(keysDir, file)));
  const present = all.length - missing.length;
  const lost = missing.find(({ file }) => file === 'operator.nk' || file.startsWith('account-'));
  if (lost !== undefined && present > 0) {
    // A new account key would orphan every stream and every credential, quietly.
    throw new MessagingError('invalid', `${join(keysDir, lost.file)} is missing though other keys are there; restore it from a backup`, {
      details: { file: lost.file, found: readdirSync(keysDir) },
    });
  }
  for (const { file, kind } of missing) writePrivateFile(join(keysDir, file), `${generateNkey(kind).seed}\n`);
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

/** Reads the keys the backend signs, MACs and encrypts with, making those that are missing. */
export function createServerKeys(keysDir: string): ServerKeys {
  ensurePrivateDir(keysDir);
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
