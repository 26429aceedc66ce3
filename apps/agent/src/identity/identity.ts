import { createHmac, createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createSealingKey, createSigningKey, formatCreds, generateNkey, keyId, writePrivateFile } from '@kanade/messaging';
import type { SigningKey } from '@kanade/messaging';
import type { Keyset, SignedKeyset } from '@kanade/messages';
import type { DataDir } from '../data-dir/data-dir.ts';
import { AgentError, exitCodes } from '../errors.ts';
import { readJson } from '../messages.ts';
import { isStoredIdentity, isStoredKeys } from './identity-shape.ts';
import { believedKeyset } from './keyset.ts';

/** The three key pairs made on the endpoint, and the key its own records are sealed with. */
export interface EndpointKeys {
  /** Signs in to the broker, whose nonce is signed raw, and the request to enrol; nothing else. */
  readonly nkeySeed: string;
  /** Its public half, `U…`. */
  readonly nkey: string;
  /** PKCS #8 PEM, Ed25519: signs events. */
  readonly signingKey: string;
  /** PKCS #8 PEM, X25519: secrets are sealed to it. */
  readonly sealingKey: string;
  /** 32 bytes as hex: marks database records as this agent's. */
  readonly recordKey: string;
}

/** A way to the broker, and the authority (PEM) to pin on it. */
export interface BrokerAccess {
  readonly urls: readonly string[];
  readonly ca: string | null;
}

/** identity.json of an enrolled endpoint. */
export interface StoredIdentity extends BrokerAccess {
  readonly version: 1;
  readonly endpointId: string;
  /** The way it had before its desired state gave it another; tried when that one is gone. */
  readonly fallback?: BrokerAccess | undefined;
  /** base64url raw Ed25519 public key, pinned at enrolment and never changed. */
  readonly root: string;
  readonly simulated: boolean;
  readonly keys: EndpointKeys;
  readonly jwt: string;
  readonly renewalJwt: string;
  readonly keyset: SignedKeyset;
}

/** identity.json before the backend answered: the keys exist first, so that a lost answer can be asked for again with the same ones. */
export interface StoredKeys {
  readonly version: 1;
  readonly pending: true;
  readonly keys: EndpointKeys;
}

export function createKeys(): EndpointKeys {
  const pem = (key: KeyObject) => key.export({ format: 'pem', type: 'pkcs8' }).toString();
  const nkey = generateNkey('user');
  return {
    nkeySeed: nkey.seed,
    nkey: nkey.publicKey,
    signingKey: pem(createSigningKey().privateKey),
    sealingKey: pem(createSealingKey().privateKey),
    recordKey: randomBytes(32).toString('hex'),
  };
}

/** Raw public key (base64url) of a PKCS #8 PEM of either curve: SPKI is a 12-byte header and the key. */
export function publicKeyOf(pem: string): string {
  return createPublicKey(createPrivateKey(pem)).export({ format: 'der', type: 'spki' }).subarray(12).toString('base64url');
}

export function signingKeyOf(keys: EndpointKeys): SigningKey {
  const publicKey = publicKeyOf(keys.signingKey);
  return { id: keyId(publicKey), publicKey, privateKey: createPrivateKey(keys.signingKey) };
}

/** Keys of an enrolment that was begun and not finished, if there was one. */
export function readPendingKeys(dataDir: DataDir): EndpointKeys | undefined {
  const value = existsSync(dataDir.identity) ? readJson(readFileSync(dataDir.identity)) : undefined;
  return isStoredKeys(value) ? value.keys : undefined;
}

export function writePendingKeys(dataDir: DataDir, keys: EndpointKeys): void {
  const stored: StoredKeys = { version: 1, pending: true, keys };
  writePrivateFile(dataDir.identity, JSON.stringify(stored, null, 2));
}

/** True when two ways are the same. */
export function isSameWay(one: BrokerAccess, other: BrokerAccess): boolean {
  return one.ca === other.ca && one.urls.length === other.urls.length && one.urls.every((url, index) => url === other.urls[index]);
}

/** Who this endpoint is, as it lies in its data directory; changed only through these methods, each on the disk when it returns. */
export class Identity {
  readonly #dataDir: DataDir;
  #stored: StoredIdentity;
  #keyset: Keyset;

  private constructor(dataDir: DataDir, stored: StoredIdentity, keyset: Keyset) {
    this.#dataDir = dataDir;
    this.#stored = stored;
    this.#keyset = keyset;
  }

  /** Reads identity.json; throws an AgentError that says what to do when there is none or it is damaged. */
  static load(dataDir: DataDir): Identity {
    if (!existsSync(dataDir.identity)) {
      throw new AgentError(`${dataDir.root} holds no identity: run kanade-agent enrol TOKEN --data-dir ${dataDir.root}`, { exitCode: exitCodes.notEnrolled });
    }
    const value = readJson(readFileSync(dataDir.identity));
    if (isStoredKeys(value)) {
      throw new AgentError(`the enrolment in ${dataDir.root} was not finished: run kanade-agent enrol TOKEN --data-dir ${dataDir.root} again`, {
        exitCode: exitCodes.notEnrolled,
      });
    }
    if (!isStoredIdentity(value)) {
      throw new AgentError(`${dataDir.identity} is damaged: restore it from a backup, or enrol this machine anew in an empty data directory`);
    }
    const keyset = believedKeyset(value.keyset, value.root);
    if (!keyset) throw new AgentError(`${dataDir.identity} holds keys that its pinned root key did not sign: enrol this machine anew in an empty data directory`);
    const identity = new Identity(dataDir, value, keyset);
    identity.#writeCreds();
    return identity;
  }

  static create(dataDir: DataDir, stored: StoredIdentity): Identity {
    writePrivateFile(dataDir.identity, JSON.stringify(stored, null, 2));
    return Identity.load(dataDir);
  }

  get stored(): StoredIdentity {
    return this.#stored;
  }

  /** Every way to the broker, the best first. */
  get ways(): readonly BrokerAccess[] {
    const { urls, ca, fallback } = this.#stored;
    return [{ urls, ca }, ...(fallback === undefined ? [] : [fallback])];
  }

  /** Puts a way that has answered first; the one before stays behind it, or is forgotten. */
  moveTo({ urls, ca }: BrokerAccess, keepOld: boolean): void {
    const before = this.ways.find((way) => !isSameWay(way, { urls, ca }));
    this.#write({ ...this.#stored, urls, ca, fallback: keepOld ? before : undefined });
  }

  /** The newest keys the pinned root has signed. */
  get keyset(): Keyset {
    return this.#keyset;
  }

  /** A key for one use, derived so that no two uses share one. */
  recordKey(use: string): Buffer {
    return createHmac('sha256', Buffer.from(this.#stored.keys.recordKey, 'hex')).update(use).digest();
  }

  /** Takes a keyset if the pinned root signed it and it is newer; tells what came of it. */
  pinKeyset(signed: SignedKeyset): 'pinned' | 'known' | 'refused' {
    const keyset = believedKeyset(signed, this.#stored.root);
    if (!keyset) return 'refused';
    if (keyset.version <= this.#keyset.version) return keyset.version === this.#keyset.version ? 'known' : 'refused';
    this.#write({ ...this.#stored, keyset: signed });
    this.#keyset = keyset;
    return 'pinned';
  }

  takeCredentials(credentials: { readonly jwt: string; readonly renewalJwt: string }): void {
    this.#write({ ...this.#stored, jwt: credentials.jwt, renewalJwt: credentials.renewalJwt });
    this.#writeCreds();
  }

  #write(stored: StoredIdentity): void {
    writePrivateFile(this.#dataDir.identity, JSON.stringify(stored, null, 2));
    this.#stored = stored;
  }

  #writeCreds(): void {
    const creds = formatCreds(this.#stored.jwt, this.#stored.keys.nkeySeed);
    const { natsCreds } = this.#dataDir;
    if (!existsSync(natsCreds) || readFileSync(natsCreds, 'utf8') !== creds) writePrivateFile(natsCreds, creds);
  }
}
