import { createPrivateKey } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { createAskAnswerer } from './asks/answer-ask.ts';
import { pause } from './clock/clock.ts';
import type { Clock, Timer } from './clock/clock.ts';
import { CommandIntake } from './commands/intake.ts';
import type { AgentConfig } from './config.ts';
import { BackendTime } from './connection/backend-time.ts';
import { Renewer } from './connection/renewer.ts';
import { Uplink } from './connection/uplink.ts';
import { securePrivately } from './data-dir/data-dir.ts';
import type { DataDir } from './data-dir/data-dir.ts';
import { lockDataDir } from './data-dir/lock.ts';
import { DesiredKeeper } from './desired/desired-keeper.ts';
import type { Disk } from './disk/disk.ts';
import type { Host } from './host.ts';
import { Identity, signingKeyOf } from './identity/identity.ts';
import { Witness } from './identity/witness.ts';
import type { Log } from './log.ts';
import { EventSender } from './outbox/event-sender.ts';
import type { Fact } from './outbox/facts.ts';
import { OutputSender } from './outbox/output-sender.ts';
import { openRecords, pruneRecords } from './records.ts';
import type { Records } from './records.ts';
import { InventoryReporter } from './reporting/inventory-reporter.ts';
import { Presence } from './reporting/presence.ts';
import { Samples } from './reporting/samples.ts';
import { RunExecutor } from './runs/executor.ts';
import { RunQueue } from './runs/run-queue.ts';
import { durably } from './store/durably.ts';
import { agentVersion } from './version.ts';

/** What differs between a service, a simulated endpoint and a test. */
export interface AgentParts {
  readonly dataDir: DataDir;
  readonly config: AgentConfig;
  readonly host: Host;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly log: Log;
}

/** How long scripts may take to die, and facts to leave, when the agent is stopped. */
const stopRunsMs = 4_000;
const flushMs = 2_000;
const housekeepingMs = 10 * 60_000;

/** One endpoint's agent, wired from its data directory to the broker. */
export class Agent {
  readonly #parts: AgentParts;
  readonly #unlock: () => void;
  readonly #identity: Identity;
  readonly #records: Records;
  readonly #backendTime: BackendTime;
  readonly #executor: RunExecutor;
  readonly #queue: RunQueue;
  readonly #renewer: Renewer;
  readonly #uplink: Uplink;
  readonly #desired: DesiredKeeper;
  readonly #eventSender: EventSender;
  readonly #outputSender: OutputSender;
  readonly #presence: Presence;
  readonly #samples: Samples;
  readonly #inventory: InventoryReporter;
  #housekeeping: Timer | undefined;

  /** Takes the data directory; throws an AgentError when it is not enrolled, not private or in use. */
  constructor(parts: AgentParts) {
    this.#parts = parts;
    const { dataDir, clock, log } = parts;
    securePrivately(dataDir);
    this.#unlock = lockDataDir(dataDir);
    try {
      this.#identity = Identity.load(dataDir);
      this.#records = openRecords(dataDir, this.#identity, clock, log);
    } catch (error) {
      this.#unlock();
      throw error;
    }
    this.#backendTime = new BackendTime(clock, this.#records.store);
    this.#executor = this.#createExecutor();
    this.#queue = this.#createQueue();
    const witness = new Witness({ ...this.#records, keyset: () => this.#identity.keyset, log });
    this.#renewer = new Renewer({ identity: this.#identity, backendTime: this.#backendTime, witness, clock, log });
    this.#uplink = this.#createUplink();
    this.#desired = this.#createDesiredKeeper();
    this.#eventSender = this.#createEventSender();
    this.#outputSender = new OutputSender({
      output: this.#records.output,
      transport: { publishOutput: (chunk) => this.#uplink.connection.publishOutput(chunk) },
      clock,
      log,
      onStored: () => this.#eventSender.wake(),
    });
    this.#presence = new Presence({
      ledger: this.#records.ledger,
      clock,
      publish: (body) => this.#uplink.fleeting((connection) => connection.publishBeat(body)),
      conflict: () => this.identityConflict,
    });
    this.#samples = new Samples({
      sampler: parts.host.sampler,
      clock,
      log,
      publish: (body) => this.#uplink.fleeting((connection) => connection.publishSample(body)),
    });
    this.#inventory = new InventoryReporter({ ...this.#records, collector: parts.host.inventory, clock, log });
  }

  get endpointId(): string {
    return this.#identity.stored.endpointId;
  }

  /** Why this endpoint reports nothing for now, when another machine speaks in its name. */
  get identityConflict(): string | undefined {
    return this.#eventSender.conflict;
  }

  /** Reports what a dead agent left, then connects and works until it is stopped, whether or not the broker is there. */
  async start(): Promise<void> {
    const { events, output } = this.#records;
    const { host, log, clock } = this.#parts;
    log.info({ endpointId: this.endpointId, version: agentVersion, pid: process.pid }, 'starting');
    events.onAppend(() => this.#onAppend());
    output.onSealed(() => this.#outputSender.wake());
    await host.runner.sweep();
    // Told first, unless the disk is full: then the agent comes up all the same, to refuse work with the reason and be seen.
    await Promise.race([this.#tellStart(), setImmediate()]);
    pruneRecords(this.#records, clock, log);
    this.#keepHouse();
    // What was accepted before waits for what the queue says now: it may hold cancels.
    this.#queue.hold();
    this.#eventSender.start();
    this.#outputSender.start();
    this.#uplink.start();
    this.#inventory.start();
  }

  async #tellStart(): Promise<void> {
    const { events, store } = this.#records;
    const { clock, log } = this.#parts;
    const reason = events.head() ? 'restart' : 'first-start';
    await this.#executor.reportInterrupted();
    await durably({ store, clock, log }, () => events.append(this.#startedFact(reason)));
  }

  /** Takes no more commands, ends what runs, sends what can be sent within seconds, and gives the data directory back. */
  async stop(): Promise<void> {
    const { clock, log } = this.#parts;
    log.info('stopping');
    this.#housekeeping?.cancel();
    this.#desired.disconnected();
    this.#uplink.stopTaking();
    this.#inventory.stop();
    await this.#queue.stop(stopRunsMs);
    await this.#flush();
    this.#samples.stop();
    this.#presence.stop();
    await this.#uplink.close().catch((error: unknown) => log.debug({ err: error }, 'the connection did not close cleanly'));
    await Promise.race([Promise.all([this.#eventSender.stop(), this.#outputSender.stop()]), pause(clock, flushMs)]);
    this.#records.store.close();
    this.#unlock();
    log.info('stopped');
  }

  async #flush(): Promise<void> {
    const { clock } = this.#parts;
    const until = clock.monotonic() + flushMs;
    while (this.#uplink.up && !this.identityConflict && this.#records.events.pendingCount() > 0 && clock.monotonic() < until) {
      await pause(clock, 20);
    }
  }

  #createExecutor(): RunExecutor {
    const { host, clock, log, config, disk } = this.#parts;
    return new RunExecutor({
      ...this.#records,
      runner: host.runner,
      sealingKey: createPrivateKey(this.#identity.stored.keys.sealingKey),
      publishLive: (...live) => this.#uplink.fleeting((connection) => connection.publishLive(...live)),
      clock,
      log,
      mostOutputBytes: config.mostOutputBytes,
      hasRoom: async () => (await disk.freeBytes()) >= config.minFreeBytes,
    });
  }

  #createQueue(): RunQueue {
    const { clock, log, config } = this.#parts;
    return new RunQueue({
      ...this.#records,
      clock,
      log,
      backendTime: this.#backendTime,
      execute: (run) => this.#executor.execute(run),
      concurrency: config.concurrency,
    });
  }

  #createUplink(): Uplink {
    const { clock, log, disk, config } = this.#parts;
    const identity = this.#identity;
    const backendTime = this.#backendTime;
    const renewer = this.#renewer;
    const intake = new CommandIntake({
      ...this.#records,
      endpointId: identity.stored.endpointId,
      disk,
      minFreeBytes: config.minFreeBytes,
      clock,
      log,
      keyset: () => identity.keyset,
      backendTime,
      heard: () => renewer.heard(),
      learnKey: (keyId) => renewer.learnKey(keyId),
      conflict: () => this.identityConflict,
      queue: this.#queue,
    });
    backendTime.onTold(() => this.#queue.pump());
    // Not acknowledged, so it comes again; until then the reason is worth knowing.
    const onFailure = (error: unknown) => log.error({ err: error }, 'a command could not be taken');
    return new Uplink({
      identity,
      renewer,
      backendTime,
      clock,
      log,
      commands: { onCommand: (message) => intake.onCommand(message), onDrained: () => this.#queue.release(), onFailure },
      answerAsk: createAskAnswerer({
        identity,
        ledger: this.#records.ledger,
        backendNow: () => backendTime.now(),
        learnKey: (keyId) => renewer.learnKey(keyId),
        onNews: () => {
          renewer.ask();
          this.#desired.look();
        },
        log,
      }),
      onUp: () => this.#onUp(),
      onDown: () => this.#onDown(),
    });
  }

  #createDesiredKeeper(): DesiredKeeper {
    const { clock, log } = this.#parts;
    return new DesiredKeeper({
      ...this.#records,
      identity: this.#identity,
      backendTime: this.#backendTime,
      clock,
      log,
      read: () => this.#uplink.connection.readDesired(),
      heard: () => this.#renewer.heard(),
      learnKey: (keyId) => this.#renewer.learnKey(keyId),
      askBy: (way) => this.#renewer.askBy(way),
      useBestWay: () => this.#uplink.useBestWay(),
    });
  }

  #createEventSender(): EventSender {
    const { clock, log } = this.#parts;
    return new EventSender({
      ...this.#records,
      transport: {
        appendEvents: (entries, expected) => this.#uplink.connection.appendEvents(entries, expected),
        readLastEvent: () => this.#uplink.connection.readLastEvent(),
        readChainEnd: () => this.#renewer.chainEnd(),
      },
      signingKey: signingKeyOf(this.#identity.stored.keys),
      clock,
      log,
      onConflict: () => this.#presence.changed(),
      openingFact: () => {
        InventoryReporter.forget(this.#records.store);
        this.#inventory.retell();
        return this.#startedFact('epoch-opened');
      },
    });
  }

  #startedFact(reason: 'first-start' | 'restart' | 'epoch-opened'): Fact {
    const { host } = this.#parts;
    const data = { agentVersion, hostname: host.hostname(), os: host.os(), bootId: host.bootId(), shells: host.runner.shells(), reason };
    return { type: 'kanade.agent.started.v1', data };
  }

  #onAppend(): void {
    this.#eventSender.wake();
    this.#presence.changed();
  }

  #onUp(): void {
    this.#eventSender.connected();
    this.#outputSender.connected();
    this.#presence.connected();
    this.#samples.connected();
    this.#desired.connected();
  }

  #onDown(): void {
    this.#eventSender.disconnected();
    this.#outputSender.disconnected();
    this.#presence.disconnected();
    this.#samples.stop();
    this.#desired.disconnected();
  }

  #keepHouse(): void {
    const { clock, log } = this.#parts;
    this.#housekeeping = clock.after(housekeepingMs, () => {
      pruneRecords(this.#records, clock, log);
      this.#keepHouse();
    });
  }
}
