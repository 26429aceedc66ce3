import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chainStart, headers as names, subjects } from '@kanade/contracts';
import { connectAgent, connectCore, chainHash, createSigningKey, openEventLog, sha256Hex, signBytes, signMessage } from '@kanade/messaging';
import type { AgentConnection, CoreConnection, EventLog, SigningKey } from '@kanade/messaging';
import { issueTestEndpoint, startTestBroker } from '@kanade/messaging/testing';
import type { TestBroker } from '@kanade/messaging/testing';
import { keepAll } from '@kanade/read-models';
import type { Kept } from '@kanade/read-models';
import { TestHistory, enrol, requestExecution, runIdOf } from '@kanade/read-models/testing';
import { RecordCopier } from '../archive/record-copier.ts';
import type { ArchiverState } from '../archive/archiver-messages.ts';
import { FoldClient } from './fold-client.ts';
import type { WorkerSettings } from './fold-messages.ts';
import { ProjectionSettings } from './projection-settings.ts';
import { VerifierClient } from './verifier-client.ts';

class TestSettings extends ProjectionSettings {
  readonly worker: WorkerSettings;
  readonly replacedForMs = 200;
  constructor(worker: WorkerSettings) {
    super();
    this.worker = worker;
  }
}

/** An endpoint with its real credentials and its signing key, appending what a test tells it to. */
export class TestAgent {
  readonly endpointId: string;
  readonly key = createSigningKey();
  private readonly connection: AgentConnection;
  private link = { sequence: 0, hash: chainStart };
  private last = 0;

  constructor(endpointId: string, connection: AgentConnection) {
    this.endpointId = endpointId;
    this.connection = connection;
  }

  get connected(): boolean {
    return this.connection.connected;
  }

  /** Appends events of this endpoint in one batch, its head signed with the given key. */
  async append(events: readonly { type: string; data: unknown; correlationid?: string }[], key: SigningKey = this.key): Promise<void> {
    const subject = subjects.endpointEvents(this.endpointId);
    const entries = events.map((event, index) => {
      const envelope = { specversion: '1.0', id: `${this.endpointId}-${this.link.sequence + 1}`, source: `endpoint/${this.endpointId}`, time: new Date().toISOString(), ...event };
      const body = Buffer.from(JSON.stringify(envelope));
      const link = { subject, epoch: 1, sequence: this.link.sequence + 1, previous: this.link.hash, bodyDigest: sha256Hex(body) };
      const hash = chainHash(link);
      this.link = { sequence: link.sequence, hash };
      const signature = index === events.length - 1 ? { [names.signature]: signBytes(key, hash), [names.key]: key.id } : {};
      return { body, headers: { [names.epoch]: '1', [names.sequence]: String(link.sequence), [names.previous]: link.previous, ...signature } };
    });
    const result = await this.connection.appendEvents(entries, this.last);
    if (result.outcome !== 'stored') throw new Error('somebody else wrote to this endpoint');
    this.last = result.lastSequence;
  }

  async print(executionId: string, text: string): Promise<void> {
    const runId = runIdOf(executionId, this.endpointId);
    await this.connection.publishOutput({ runId, stream: 'stdout', chunk: 0, headers: { [names.offset]: '0', [names.salt]: '0'.repeat(32) }, body: Buffer.from(text) });
  }

  /** What `run.finished` of a succeeded run says. */
  finished(executionId: string, text: string, chunks = 1) {
    const stream = (bytes: number, count: number) => ({ bytes, chunks: count, digest: 'b'.repeat(64) });
    const at = new Date().toISOString();
    return {
      type: 'kanade.run.finished.v1',
      correlationid: executionId,
      data: {
        runId: runIdOf(executionId, this.endpointId), executionId, state: 'succeeded', exitCode: 0, signal: null, reason: null, startedAt: at, finishedAt: at, durationMs: 5,
        output: { stdout: stream(Buffer.byteLength(text), chunks), stderr: stream(0, 0) },
      },
    };
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}

/** A broker with a history in it, and the read side's workers over it. */
export class ReadSideScene {
  readonly broker: TestBroker;
  readonly core: CoreConnection;
  readonly log: EventLog;
  readonly directory = mkdtempSync(join(tmpdir(), 'kanade-read-side-'));
  /** Where the record is archived, once `archive` was called. */
  readonly archiveRoot = mkdtempSync(join(tmpdir(), 'kanade-read-side-archive-'));
  private readonly control = createSigningKey();
  private readonly agents: TestAgent[] = [];
  private readonly clients: (FoldClient | VerifierClient)[] = [];

  private constructor(broker: TestBroker, core: CoreConnection, log: EventLog) {
    this.broker = broker;
    this.core = core;
    this.log = log;
  }

  /** With little room, the broker keeps the record in many small files. */
  static async open(options: { readonly maxFileBytes?: number } = {}): Promise<ReadSideScene> {
    const broker = await startTestBroker(options);
    const core = await connectCore({ url: broker.url, credsFile: broker.backendCreds, name: 'test' });
    return new ReadSideScene(broker, core, await openEventLog(core));
  }

  settings(directory = this.directory, kept: Kept = keepAll): ProjectionSettings {
    const control = { id: this.control.id, publicKey: this.control.publicKey };
    return new TestSettings({ natsUrl: this.broker.url, credsFile: this.broker.backendCreds, directory, archive: this.archiveRoot, trust: { root: control, control }, kept });
  }

  /** Archives all there is. */
  async archive(): Promise<void> {
    const stopping = new AbortController();
    const last = await this.log.lastSequence();
    const onState = ({ position }: ArchiverState): void => {
      if (position >= last) stopping.abort();
    };
    await new RecordCopier({ core: this.core, log: this.log, root: this.archiveRoot, onState }).run(stopping.signal);
  }

  fold(directory?: string, kept?: Kept): FoldClient {
    const client = new FoldClient(this.settings(directory, kept));
    this.clients.push(client);
    client.start();
    return client;
  }

  verifier(): VerifierClient {
    const client = new VerifierClient(this.settings());
    this.clients.push(client);
    client.start();
    return client;
  }

  /** Appends control events made by a scene, signed with the control key (or another). */
  async appendControl(make: (history: TestHistory) => void, key: SigningKey = this.control): Promise<number> {
    const history = new TestHistory(Date.now(), crypto.randomUUID());
    make(history);
    for (const { subject, body } of history.events) {
      const expectedLastSequence = (await this.log.readLast(subject))?.sequence ?? 0;
      const result = await this.log.append([{ subject, body, headers: signMessage(key, 'control', subject, body), expectedLastSequence }]);
      if (result.outcome !== 'stored') throw new Error(`${subject} was written by somebody else`);
    }
    return this.log.lastSequence();
  }

  /** Appends many control events at once, each on a subject of its own that has none yet. */
  async appendMany(make: (history: TestHistory) => void): Promise<void> {
    const history = new TestHistory(Date.now(), crypto.randomUUID());
    make(history);
    const result = await this.log.append(history.events.map(({ subject, body }) => ({ subject, body, headers: signMessage(this.control, 'control', subject, body), expectedLastSequence: 0 })));
    if (result.outcome !== 'stored') throw new Error(`${result.subject} was written by somebody else`);
  }

  async enrolAgent(endpointId: string): Promise<TestAgent> {
    const { credentials, nkey } = issueTestEndpoint(this.broker, endpointId);
    const connection = await connectAgent({ urls: [this.broker.url], credentials: () => credentials, endpointId, ca: null });
    const agent = new TestAgent(endpointId, connection);
    await this.appendControl((history) => enrol(history, endpointId, { nkey: nkey.publicKey, signingKey: agent.key.publicKey }));
    this.agents.push(agent);
    return agent;
  }

  async request(executionId: string, endpointIds: readonly string[]): Promise<void> {
    await this.appendControl((history) => requestExecution(history, executionId, endpointIds));
  }

  /** The newest position of the history. */
  async position(): Promise<string> {
    return `${this.log.incarnation}:${await this.log.lastSequence()}`;
  }

  async close(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.stop()));
    await Promise.all(this.agents.map((agent) => agent.close()));
    await this.core.close();
    await this.broker.stop();
    rmSync(this.directory, { recursive: true });
    rmSync(this.archiveRoot, { recursive: true });
  }
}
