import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { decideAccount } from '@kanade/domain';
import { Secret, TOTP } from 'otpauth';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import { accountKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { AccountRecords } from './account-records.ts';
import { digest } from './identity-records.ts';
import type { AccountRecord } from './identity-records.ts';
import { accountPrincipal } from './principal.ts';
import type { Origin } from './principal.ts';

const periodSeconds = 30;
const codeForm = /^\d{6}$/;
const recoveryCodeCount = 10;
/** 80 random bits each: nothing to guess, also for who has the digests. */
const recoveryCodeBytes = 10;

/** Codes as authenticators make them: RFC 6238 with what all of them understand, SHA-1, six digits, half a minute. */
function totp(username: string, secret: Secret): TOTP {
  return new TOTP({ issuer: 'kanade', label: username, secret, algorithm: 'SHA1', digits: 6, period: periodSeconds });
}

const plain = (code: string): string => code.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** One-time passwords and the recovery codes that stand in for them. */
@Injectable()
export class SecondFactors {
  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
    private readonly accounts: AccountRecords,
    private readonly log: ControlLog,
  ) {}

  /** A new secret: for its owner to see once, and sealed to be kept. */
  offer({ accountId, username }: AccountRecord) {
    const secret = new Secret({ size: 20 });
    return { secret: secret.base32, uri: totp(username, secret).toString(), sealedSecret: this.seal(accountId, secret.base32) };
  }

  /** New recovery codes: for their owner to see once, and as digests to be kept. */
  recoveryCodes() {
    const codes = Array.from({ length: recoveryCodeCount }, () => {
      const text = new Secret({ buffer: Uint8Array.from(randomBytes(recoveryCodeBytes)).buffer }).base32.toLowerCase();
      return text.replace(/^(.{4})(.{4})(.{4})(.{4})$/, '$1-$2-$3-$4');
    });
    return { codes, digests: codes.map((code) => digest(plain(code))) };
  }

  /** The step of the time a code is for, undefined when it is wrong; a clock may be half a minute off. */
  stepOf({ accountId, username }: AccountRecord, sealedSecret: string, code: string): number | undefined {
    const token = code.replaceAll(' ', '');
    if (!codeForm.test(token)) return undefined;
    const timestamp = this.clock.now();
    const delta = totp(username, Secret.fromBase32(this.open(accountId, sealedSecret))).validate({ token, timestamp, window: 1 });
    return delta === null ? undefined : Math.floor(timestamp / 1000 / periodSeconds) + delta;
  }

  /** Takes a code, which is used up by it on every replica; false when it is wrong, or was used. */
  async accept(username: string, code: string, origin: Origin): Promise<boolean> {
    let recovered: number | undefined;
    const changed = await this.accounts.change(username, (record) => {
      recovered = undefined;
      const { secondFactor } = record;
      if (secondFactor === null) return undefined;
      const step = this.stepOf(record, secondFactor.sealedSecret, code);
      if (step !== undefined) return step > secondFactor.lastStep ? { ...record, secondFactor: { ...secondFactor, lastStep: step } } : undefined;
      const recoveryCodes = secondFactor.recoveryCodes.filter((kept) => kept !== digest(plain(code)));
      if (recoveryCodes.length === secondFactor.recoveryCodes.length) return undefined;
      recovered = recoveryCodes.length;
      return { ...record, secondFactor: { ...secondFactor, recoveryCodes } };
    });
    if (changed !== undefined && recovered !== undefined) await this.noteRecovery(changed, recovered, origin);
    return changed !== undefined;
  }

  private async noteRecovery(account: AccountRecord, left: number, origin: Origin): Promise<void> {
    const { accountId } = account;
    await this.log.decide(accountKind, accountId, {
      principal: accountPrincipal(account, origin),
      decide: (state) => decideAccount({ type: 'use-recovery-code', accountId, left }, state),
    });
  }

  private context = (accountId: string): Buffer => Buffer.from(`kanade second factor\n${accountId}`);

  /** Nonce, tag and ciphertext; bound to the account, so that no record's secret can be moved into another. */
  private seal(accountId: string, secret: string): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.broker.get().keys.identitySeal, nonce).setAAD(this.context(accountId));
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  private open(accountId: string, sealedSecret: string): string {
    const bytes = Buffer.from(sealedSecret, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', this.broker.get().keys.identitySeal, bytes.subarray(0, 12)).setAAD(this.context(accountId)).setAuthTag(bytes.subarray(12, 28));
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
  }
}
