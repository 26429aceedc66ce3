import { randomUUID } from 'node:crypto';
import { signedText, subjects } from '@kanade/contracts';
import {
  ask,
  connectCore,
  createServerKeys,
  generateNkey,
  issueAgentJwt,
  issueEnrolmentJwt,
  issueRenewalJwt,
  loadBrokerKeys,
  openCommandQueue,
  openDesiredStates,
  openEventLog,
  openOutputStore,
  respondEnrol,
  respondRenew,
  sha256Hex,
  signBytes,
  signMessage,
  verifyBytes,
  verifyTextWithNkey,
} from '@kanade/messaging';
import type { CommandQueue, CoreConnection, EventLog, OutputStore, SigningKey } from '@kanade/messaging';
import type { TestBroker } from '@kanade/messaging/testing';
import { check, parseEndpointEvent, validateAskAnswer, validateEnrolBody, validateEnrolRequest, validateRenewRequest } from '@kanade/messages';
import type { AskAnswer, AskRequest, Command, DesiredState, EndpointEvent, EnrolAnswer, EnrolmentToken, IdentityRefusal, Keyset, RenewAnswer, RunCommand, SignedKeyset } from '@kanade/messages';
import { readJson } from '../messages.ts';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value));

function checked<Message>(result: { ok: true; value: Message } | { ok: false; error: string }): Message {
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

/** The backend as far as an agent sees it: it enrols, renews, signs commands and reads what comes of them. */
export class TestBackend {
  readonly core: CoreConnection;
  readonly log: EventLog;
  readonly queue: CommandQueue;
  readonly output: OutputStore;
  readonly keys: ReturnType<typeof createServerKeys>;
  readonly #broker: TestBroker;
  readonly #endpoints = new Map<string, string>();
  #answering: { stop(): void }[] = [];
  keysetVersion = 1;
  /** Keys that were replaced, as the keyset tells of them. */
  retired: Keyset['keys'] = [];
  /** How long the JWTs it gives out live; the usual time when undefined. */
  lifetimeMs: number | undefined;
  renewals = 0;
  /** Where the chains of endpoints end whose events are in the archive alone. */
  readonly archivedEnds = new Map<string, NonNullable<Extract<RenewAnswer, { keyset: unknown }>['chain']>>();
  /** What it answers to who asks to enrol, in place of credentials. */
  refusal: IdentityRefusal | undefined;

  private constructor(broker: TestBroker, core: CoreConnection, log: EventLog) {
    this.#broker = broker;
    this.core = core;
    this.log = log;
    this.queue = openCommandQueue(core);
    this.output = openOutputStore(core);
    this.keys = createServerKeys(broker.keysDir);
  }

  static async start(broker: TestBroker): Promise<TestBackend> {
    const core = await connectCore({ url: broker.url, credsFile: broker.backendCreds, name: 'test backend' });
    const backend = new TestBackend(broker, core, await openEventLog(core));
    backend.answer();
    return backend;
  }

  answer(): void {
    this.#answering = [
      respondEnrol(this.core, ({ tokenId, body }) => this.#enrol(tokenId, body)),
      respondRenew(this.core, ({ endpointId, userNkey, body }) => Promise.resolve(this.#renew(endpointId, userNkey, body))),
    ];
  }

  /** The backend is down; the broker is not. */
  fallSilent(): void {
    for (const answering of this.#answering) answering.stop();
  }

  async stop(): Promise<void> {
    await this.core.close();
  }

  token(): string {
    const tokenId = `token-${randomUUID().slice(0, 8)}`;
    const nkey = generateNkey('user').publicKey;
    const jwt = issueEnrolmentJwt(loadBrokerKeys(this.#broker.keysDir), { tokenId, nkey, expiresAt: Date.now() + 3_600_000 });
    const token: EnrolmentToken = { urls: [this.#broker.url], jwt, tokenId, root: this.keys.root.publicKey, ca: null };
    return encode(token).toString('base64url');
  }

  signedKeyset(root: SigningKey = this.keys.root): SignedKeyset {
    const { command, desired } = this.keys;
    const validity = { validFrom: '2020-01-01T00:00:00Z', validUntil: '2040-01-01T00:00:00Z' };
    const current = [{ ...command, use: 'command' as const }, { ...desired, use: 'desired' as const }];
    const keys = current.map(({ id, use, publicKey }) => ({ id, use, publicKey, ...validity }));
    const keyset: Keyset = { version: this.keysetVersion, keys: [...keys, ...this.retired] };
    const body = encode(keyset);
    return { body: body.toString('base64url'), signature: signBytes(root, signedText('keyset', 'kanade.keyset', sha256Hex(body))) };
  }

  runCommand(endpointId: string, runId: string, script: string, change: Partial<RunCommand> = {}): RunCommand {
    return {
      type: 'kanade.command.run.v1',
      id: `command-${runId}`,
      recipient: endpointId,
      issuedAt: new Date().toISOString(),
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      runId,
      executionId: `execution-${runId}`,
      attempt: 1,
      execute: { shell: 'sh', timeoutMs: 600_000, runAs: 'system', cwd: null },
      content: { script, env: {}, arguments: [] },
      supersedeKey: null,
      ...change,
    };
  }

  cancelCommand(endpointId: string, runId: string): Command {
    const { id, recipient, issuedAt, expiresAt, executionId } = this.runCommand(endpointId, runId, '');
    return { type: 'kanade.command.cancel.v1', id: `cancel-${id}`, recipient, issuedAt, expiresAt, executionId, runId };
  }

  /** Puts a command into an endpoint's queue; `bend` changes what was signed before it goes. */
  async send(endpointId: string, command: Command, bend: (body: Buffer) => Buffer = (body) => body, signedFor = endpointId, key = this.keys.command): Promise<void> {
    const body = encode(command);
    const headers = signMessage(key, 'command', subjects.commands(signedFor), body);
    await this.queue.publish([{ endpointId, body: bend(body), headers, ttlSeconds: 3600, messageId: randomUUID() }]);
  }

  /** Puts something in the place of an endpoint's desired state, and says that there is news. */
  async desire(endpointId: string, state: DesiredState, { headers, bend }: { headers?: Record<string, string>; bend?: (body: Buffer) => Buffer } = {}): Promise<void> {
    const body = encode(state);
    const signed = signMessage(this.keys.desired, 'desired', subjects.desired(state.endpointId), body);
    await openDesiredStates(this.core).put(endpointId, { body: bend?.(body) ?? body, headers: headers ?? signed });
    await this.ask(endpointId, { kind: 'news' });
  }

  async ask(endpointId: string, question: AskRequest['question'], change: Partial<AskRequest> = {}): Promise<AskAnswer | undefined> {
    const request: AskRequest = { id: randomUUID(), recipient: endpointId, expiresAt: new Date(Date.now() + 10_000).toISOString(), question, ...change };
    const body = encode(request);
    const headers = signMessage(this.keys.command, 'ask', subjects.ask(endpointId, question.kind), body);
    const answer = await ask(this.core, { endpointId, question: question.kind, body, headers, timeoutMs: 1_000 });
    return answer && checked(check(validateAskAnswer, readJson(answer)));
  }

  /** What the endpoint has told so far, each event checked against the contract. */
  async events(endpointId: string): Promise<EndpointEvent[]> {
    const stored = await this.log.readSubject(subjects.endpointEvents(endpointId));
    return stored.map(({ body }) => checked(parseEndpointEvent(readJson(body))));
  }

  /** What came of the runs and commands, shortly: `accepted a`, `succeeded a`, `refused-command expired`. */
  async story(endpointId: string): Promise<string[]> {
    return (await this.events(endpointId)).flatMap((event) => {
      if (event.type === 'kanade.run.accepted.v1') return [`accepted ${event.data.runId}`];
      if (event.type === 'kanade.run.started.v1') return [`started ${event.data.runId}`];
      if (event.type === 'kanade.run.finished.v1') return [`${event.data.state} ${event.data.runId}`];
      if (event.type === 'kanade.desired.applied.v1') return [`applied ${event.data.version}`];
      if (event.type === 'kanade.desired.failed.v1') return [`failed ${event.data.version} ${event.data.reason.code}`];
      if (event.type === 'kanade.desired.refused.v1') return [`refused-desired ${event.data.reason.code}`];
      return event.type === 'kanade.command.refused.v1' ? [`refused-command ${event.data.reason.code}`] : [];
    });
  }

  async #enrol(tokenId: string, body: Uint8Array): Promise<Uint8Array> {
    const request = checked(check(validateEnrolRequest, readJson(body)));
    const proven = checked(check(validateEnrolBody, readJson(request.body)));
    if (proven.tokenId !== tokenId) throw new Error('foreign token');
    const text = signedText('enrol', tokenId, sha256Hex(request.body));
    if (!verifyBytes(proven.signingKey, text, request.signature) || !verifyTextWithNkey(proven.nkey, text, request.nkeySignature)) throw new Error('the keys are not proven');
    if (this.refusal) return encode(this.refusal);
    const endpointId = this.#endpoints.get(proven.nkey) ?? `endpoint-${randomUUID()}`;
    this.#endpoints.set(proven.nkey, endpointId);
    await this.queue.ensureConsumer(endpointId);
    const answer: EnrolAnswer = { endpointId, ...this.#credentials(endpointId, proven.nkey), keyset: this.signedKeyset(), time: new Date().toISOString() };
    return encode(answer);
  }

  #renew(endpointId: string, nkey: string, body: Uint8Array): Uint8Array {
    const { renew, chain } = checked(check(validateRenewRequest, readJson(body)));
    if (renew) this.renewals++;
    const credentials = renew ? this.#credentials(endpointId, nkey) : null;
    const answer: RenewAnswer = { keyset: this.signedKeyset(), time: new Date().toISOString(), credentials, ...(chain === true ? { chain: this.archivedEnds.get(endpointId) ?? null } : {}) };
    return encode(answer);
  }

  #credentials(endpointId: string, nkey: string): { jwt: string; renewalJwt: string } {
    const keys = loadBrokerKeys(this.#broker.keysDir);
    const lifetime = this.lifetimeMs === undefined ? {} : { lifetimeMs: this.lifetimeMs };
    return { jwt: issueAgentJwt(keys, { endpointId, nkey, ...lifetime }), renewalJwt: issueRenewalJwt(keys, { endpointId, nkey }) };
  }
}
