import { Injectable } from '@nestjs/common';
import {
  checkBroker, connectCore, connectSystem, loadBrokerKeys, loadServerKeys, openCommandQueue, openEventLog, openIdentityStore, openPrivateParts,
  readRotations, streamUsage,
} from '@kanade/messaging';
import type {
  BrokerDifference, BrokerKeys, CommandQueue, CoreConnection, EventLog, IdentityStore, KeyRotation, PrivateParts, ServerKeys, StreamUsage, SystemConnection,
} from '@kanade/messaging';
import { ControlKeys, controlKeySubject } from '@kanade/proof';
import { continuationOf } from '../archive/archive-for.ts';
import { ArchiveReads } from '../archive/archive-reads.ts';
import { withArchive } from '../archive/archived-log.ts';
import { guardRecord } from '../archive/guarded-log.ts';
import type { RecordArchive } from '../archive/record-archive.ts';
import { RecordGuard } from '../archive/record-guard.ts';
import { Clock } from '../clock.ts';
import { Config } from '../config/config.ts';
import { DomainError } from '../domain-error.ts';
import { recordRotations } from '../keys/record-rotations.ts';
import { Log } from '../log.ts';
import { controlTrust } from '../projections/control-keys.ts';

/** Everything the backend has of the broker once it is connected. */
export interface BrokerParts {
  readonly core: CoreConnection;
  readonly system: SystemConnection;
  readonly events: EventLog;
  readonly commands: CommandQueue;
  readonly privateParts: PrivateParts;
  readonly identities: IdentityStore;
  readonly keys: ServerKeys;
  readonly brokerKeys: BrokerKeys;
  /** Which control key counts where in the history. */
  readonly controlKeys: ControlKeys;
  /** Every key that was replaced, oldest first. */
  readonly rotations: readonly KeyRotation[];
}

/** The broker's streams are not as the table says; only its owner may change them. */
export class BrokerMismatchError extends Error {
  override readonly name = 'BrokerMismatchError';

  constructor(readonly differences: readonly BrokerDifference[]) {
    const list = differences.map(({ stream, setting, wanted, found }) => `${stream}.${setting} is ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
    super(`the broker's streams are not as kanade needs them; start it with kanade, which repairs them: ${list.join('; ')}`);
  }
}

const retryMs = 500;
/** As many altered records are remembered; whoever alters more is seen anyway. */
const mostTampered = 1000;

/** The way to the broker: tried until it is there, and then kept for the life of the process. */
@Injectable()
export class Broker {
  /** Keys of identity records that somebody altered in the broker, as far as they were read. */
  readonly tampered = new Set<string>();
  private parts: BrokerParts | undefined;
  private archive: RecordArchive | undefined;
  private lastFailure = 'not connected yet';

  constructor(
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly log: Log,
    private readonly guard: RecordGuard,
  ) {}

  /** Connects, however long the broker takes to come; throws BrokerMismatchError when it is not one for us. */
  async connect(signal: AbortSignal): Promise<BrokerParts | undefined> {
    while (!signal.aborted) {
      try {
        this.parts = await this.open();
        return this.parts;
      } catch (error) {
        if (error instanceof BrokerMismatchError) throw error;
        const failure = error instanceof Error ? error.message : String(error);
        if (failure !== this.lastFailure) this.log.warn({ err: error }, `no way to the broker at ${this.config.natsUrl} yet`);
        this.lastFailure = failure;
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
    return undefined;
  }

  private async open(): Promise<BrokerParts> {
    const { natsUrl: url, keysDir } = this.config;
    const core = await connectCore({ url, credsFile: this.config.backendCreds, name: 'backend' });
    try {
      const differences = await checkBroker(core);
      if (differences.length > 0) throw new BrokerMismatchError(differences);
      const keys = loadServerKeys(keysDir);
      const rotations = readRotations(keysDir);
      const log = await openEventLog(core);
      const archive = this.openArchive(log);
      const events = await guardRecord({ core, log: withArchive(log, archive, () => this.guard.missing), stream: log, archive, guard: this.guard });
      const told = this.guard.reason === undefined ? await recordRotations({ events, root: keys.root, rotations, now: this.clock.now() }) : 0;
      if (told > 0) this.log.info({ events: told }, 'keys were replaced, and the history says so');
      const system = await connectSystem({ url, credsFile: this.config.sysCreds, name: 'backend' });
      return {
        core,
        system,
        events,
        commands: openCommandQueue(core),
        privateParts: openPrivateParts(core),
        identities: openIdentityStore(core, keys.identityMac, (key, isSound) => this.judged(key, isSound)),
        keys,
        brokerKeys: loadBrokerKeys(keysDir),
        controlKeys: new ControlKeys(controlTrust(keys, rotations), await events.readSubject(controlKeySubject)),
        rotations,
      };
    } catch (error) {
      await this.archive?.close();
      await core.close();
      throw error;
    }
  }

  private openArchive(log: EventLog): RecordArchive | undefined {
    const { archiveDir: root, readModelDir: directory } = this.config;
    if (root === undefined) return undefined;
    this.archive = new ArchiveReads({ root, directory, incarnation: log.incarnation, continues: continuationOf(log) }, (reason) => this.log.error({ reason }, 'the thread that reads the archive has ended and starts again'));
    return this.archive;
  }

  private judged(key: string, isSound: boolean): void {
    if (isSound) this.tampered.delete(key);
    else if (!this.tampered.has(key) && this.tampered.size < mostTampered) {
      this.tampered.add(key);
      this.log.error({ key }, 'an identity record in the broker was not written by kanade: it is not believed');
    }
  }

  /** Throws broker-unavailable while there has been no connection yet. */
  get(): BrokerParts {
    if (this.parts === undefined) throw new DomainError('broker-unavailable', `the broker is out of reach: ${this.lastFailure}`, { retryable: true });
    return this.parts;
  }

  /** Messages, bytes and limits of every stream. */
  usage(): Promise<StreamUsage[]> {
    return streamUsage(this.get().core);
  }

  /** Undefined while all is well, else what is not. */
  failure(): string | undefined {
    if (this.parts === undefined) return this.lastFailure;
    return this.parts.core.connected ? undefined : 'the connection is lost; trying to get it back';
  }

  async close(): Promise<void> {
    await this.parts?.system.close();
    await this.parts?.core.close();
    await this.archive?.close();
  }
}
