import { Injectable } from '@nestjs/common';
import type { DeliveredSecret, RunReason, SecretUse } from '@kanade/contracts';
import { isForSite } from '@kanade/domain';
import { MessagingError, sealSecret } from '@kanade/messaging';
import { FoldAccess } from '../history/fold-access.ts';
import { secretKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { DomainError } from '../domain-error.ts';
import { knownSecrets } from './secret.reads.ts';
import type { KnownSecret } from './secret.reads.ts';
import { SecretValues } from './secret-values.ts';
import type { OpenedValue } from './secret-values.ts';

/** What all secrets of one command may come to, in characters: it travels together with script and environment, and the broker takes 1 MiB. */
const roomInCommand = 1_000_000;

/** Where a command with secrets goes. */
export interface SecretTarget {
  readonly runId: string;
  readonly endpointId: string;
  readonly site: string;
  readonly sealingKey: string;
}

/** A use with what is to be delivered for it, or why nothing is. */
export interface OpenedUse {
  readonly use: SecretUse;
  readonly secret: KnownSecret | undefined;
  readonly opened: OpenedValue;
}

const unknownSecret = (name: string): RunReason => ({ code: 'secret-unknown', message: `There is no secret ${name}; set it with: kanade secret set ${name}` });
const notText = (name: string): RunReason => ({
  code: 'secret-not-text', message: `The secret ${name} is no text (UTF-8 without zero bytes), so no environment variable can hold it; use as: file.`,
});

/** Brings values to the endpoints that run with them: opened for a moment here, sealed to each endpoint's key. */
@Injectable()
export class SecretDelivery {
  constructor(
    private readonly fold: FoldAccess,
    private readonly log: ControlLog,
    private readonly values: SecretValues,
  ) {}

  /** Refuses a request whose secrets cannot be had, rather than let all its runs end so. */
  async check(uses: readonly SecretUse[]): Promise<void> {
    for (const { name, as } of uses) {
      // From the record, not the read model: one that was set a moment ago can be used at once.
      const { state } = await this.log.load(secretKind, name);
      const opened = state.valueId === null ? unknownSecret(name) : await this.values.open({ name, version: state.version, valueId: state.valueId });
      const reason = 'code' in opened ? opened : as === 'env' && !opened.text ? notText(name) : undefined;
      if (reason !== undefined) throw new DomainError('secret-unusable', reason.message, { details: { secret: name } });
    }
  }

  /** Opens what an execution needs, as the checked history says. */
  async open(uses: readonly SecretUse[]): Promise<OpenedUse[]> {
    if (uses.length === 0) return [];
    const known = new Map(knownSecrets(await this.fold.settled()).map((secret) => [secret.name, secret]));
    const opened: OpenedUse[] = [];
    for (const use of uses) {
      const secret = known.get(use.name);
      opened.push({ use, secret, opened: secret === undefined ? unknownSecret(use.name) : await this.values.open(secret) });
    }
    return opened;
  }

  /** Seals them for one run; what is not for it is withheld with the reason its end will have. `contentLength` is what the command carries besides. */
  sealFor(target: SecretTarget, uses: readonly OpenedUse[], contentLength: number): DeliveredSecret[] {
    let room = roomInCommand - contentLength;
    return uses.map(({ use, secret, opened }) => {
      const result = this.sealOne(target, use, secret, opened);
      if (typeof result !== 'string') return { ...use, sealed: null, withheld: result };
      room -= result.length;
      if (room >= 0) return { ...use, sealed: result, withheld: null };
      return { ...use, sealed: null, withheld: { code: 'secrets-too-large', message: 'The job’s script, environment and secrets together are larger than a command can be; make them smaller.' } };
    });
  }

  private sealOne({ runId, endpointId, site, sealingKey }: SecretTarget, use: SecretUse, secret: KnownSecret | undefined, opened: OpenedValue): string | RunReason {
    const { name } = use;
    if ('code' in opened) return opened;
    if (secret === undefined) return unknownSecret(name);
    if (!isForSite(secret, site)) {
      return { code: 'secret-other-site', message: `The secret ${name} is not for the endpoint’s site, ${site}; run the job elsewhere, or set the secret for this site too.` };
    }
    if (use.as === 'env' && !opened.text) return notText(name);
    try {
      return sealSecret(sealingKey, { runId, endpointId, name }, opened.value);
    } catch (error) {
      if (!(error instanceof MessagingError)) throw error;
      return { code: 'secret-unsealable', message: 'Nothing can be sealed to the key this endpoint enrolled with; enrol it anew.' };
    }
  }
}
