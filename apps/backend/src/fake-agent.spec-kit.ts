import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import {
  askRequestSchema, chainStart, commandSchema, enrolAnswerSchema, enrolmentTokenSchema, headers as headerNames, keysetSchema, renewAnswerSchema, signedText, subjects,
} from '@kanade/contracts';
import type { AskAnswer, Command, EnrolBody, EndpointEvent, Keyset } from '@kanade/contracts';
import {
  chainHash, connectAgent, createSealingKey, createSigningKey, enrolWithToken, generateNkey, sha256Hex, signBytes, signTextWithSeed, verifyBytes, verifyMessage,
} from '@kanade/messaging';
import type { AgentConnection, SigningKey } from '@kanade/messaging';
import { z } from 'zod';
import type { TestBackend } from './backend.spec-kit.ts';
import { newId } from './history/uuid.ts';

const readJson = (bytes: Uint8Array | string): unknown => JSON.parse(typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString());

/** Everything a machine makes for itself before it enrols. */
export interface MachineKeys {
  readonly nkey: ReturnType<typeof generateNkey>;
  readonly signing: SigningKey;
  readonly sealing: ReturnType<typeof createSealingKey>;
}

export function makeKeys(): MachineKeys {
  return { nkey: generateNkey('user'), signing: createSigningKey(), sealing: createSealingKey() };
}

export async function makeToken(backend: TestBackend, request: object = {}): Promise<z.infer<typeof enrolmentTokenSchema>> {
  const made = await backend.call('POST', '/enrolment-tokens', request);
  return enrolmentTokenSchema.parse(readJson(Buffer.from(z.string().parse(made.body['token']), 'base64url')));
}

/** Asks to enrol as an agent does; `change` alters what is signed. */
export async function askToEnrol(token: z.infer<typeof enrolmentTokenSchema>, keys: MachineKeys, change: { readonly signer?: SigningKey; readonly nkeySeed?: string; readonly name?: string } = {}) {
  const body: EnrolBody = {
    tokenId: token.tokenId,
    nkey: keys.nkey.publicKey,
    signingKey: keys.signing.publicKey,
    sealingKey: keys.sealing.publicKey,
    hostname: change.name ?? `${hostname()}-test`,
    os: { family: 'linux', name: 'Debian', version: '12', architecture: 'x64' },
    agentVersion: '0.1.0',
    simulated: true,
    at: new Date().toISOString(),
  };
  const text = JSON.stringify(body);
  const signed = signedText('enrol', token.tokenId, sha256Hex(text));
  const signature = signBytes(change.signer ?? keys.signing, signed);
  const nkeySignature = signTextWithSeed(change.nkeySeed ?? keys.nkey.seed, signed);
  return enrolAnswerSchema.parse(readJson(await enrolWithToken(token, Buffer.from(JSON.stringify({ body: text, signature, nkeySignature })))));
}

/** The least an agent is: it takes commands it believes, and appends signed events. */
export class FakeAgent {
  readonly commands: (Command & { readonly sequence: number })[] = [];
  private epoch = 1;
  private sequence = 0;
  private previous = chainStart;
  private lastSequence = 0;

  private constructor(
    readonly endpointId: string,
    readonly connection: AgentConnection,
    private readonly keys: MachineKeys,
    private readonly keyset: Keyset,
  ) {}

  static async enrol(backend: TestBackend, name?: string, request: object = {}, keys = makeKeys()): Promise<FakeAgent> {
    const token = await makeToken(backend, request);
    const answer = await askToEnrol(token, keys, name === undefined ? {} : { name });
    if ('error' in answer) throw new Error(answer.error.message);
    const { body, signature } = answer.keyset;
    const bytes = Buffer.from(body, 'base64url');
    if (!verifyBytes(token.root, signedText('keyset', 'kanade.keyset', sha256Hex(bytes)), signature)) throw new Error('the keyset is not signed by the root key');
    const credentials = { jwt: answer.jwt, seed: keys.nkey.seed };
    const connection = await connectAgent({ urls: token.urls, credentials: () => credentials, endpointId: answer.endpointId, ca: null });
    return new FakeAgent(answer.endpointId, connection, keys, keysetSchema.parse(readJson(bytes)));
  }

  /** Takes every command that is signed for it; acknowledges unless told to keep quiet. */
  takeCommands(): void {
    const trusted = this.keyset.keys.filter(({ use }) => use === 'command');
    this.connection.consumeCommands({
      onCommand: (message) => {
        const verified = verifyMessage(trusted, 'command', subjects.commands(this.endpointId), message.body, message.headers);
        if (!verified.ok) throw new Error(verified.reason);
        this.commands.push({ ...commandSchema.parse(readJson(message.body)), sequence: message.sequence });
        message.ack();
        return Promise.resolve();
      },
    });
  }

  /** Begins its chain anew behind what the history has of this endpoint. */
  async openEpoch(): Promise<void> {
    const last = await this.connection.readLastEvent();
    this.epoch = Number(last?.headers[headerNames.epoch] ?? 0) + 1;
    this.lastSequence = last?.sequence ?? 0;
    this.sequence = 0;
    this.previous = chainStart;
  }

  /** `signer` signs in the endpoint’s stead. */
  async append(type: EndpointEvent['type'], data: object, signer: SigningKey = this.keys.signing): Promise<void> {
    const id = newId(Date.now());
    const body = Buffer.from(
      JSON.stringify({ specversion: '1.0', id, source: `endpoint/${this.endpointId}`, type, time: new Date().toISOString(), data }),
    );
    this.sequence += 1;
    const subject = subjects.endpointEvents(this.endpointId);
    const hash = chainHash({ subject, epoch: this.epoch, sequence: this.sequence, previous: this.previous, bodyDigest: sha256Hex(body) });
    const headers = {
      [headerNames.epoch]: String(this.epoch),
      [headerNames.sequence]: String(this.sequence),
      [headerNames.previous]: this.previous,
      [headerNames.signature]: signBytes(signer, hash),
      [headerNames.key]: this.keys.signing.id,
    };
    const result = await this.connection.appendEvents([{ body, headers }], this.lastSequence);
    if (result.outcome !== 'stored') throw new Error('somebody else wrote to this endpoint’s subject');
    this.previous = hash;
    this.lastSequence = result.lastSequence;
  }

  beat(activeRuns: readonly string[] = [], conflict?: string): void {
    this.connection.publishBeat(Buffer.from(JSON.stringify({ at: new Date().toISOString(), agentVersion: '0.1.0', activeRuns, conflict })));
  }

  /** Answers every question about runs: its ledger has never seen any of them. */
  denyRuns(): void {
    this.connection.answerAsks((_question, { body }) => {
      const { id, question } = askRequestSchema.parse(readJson(body));
      const runs = question.kind === 'runs' ? question.runIds.map((runId) => ({ runId, state: null })) : [];
      return Promise.resolve(Buffer.from(JSON.stringify({ id, at: new Date().toISOString(), runs } satisfies AskAnswer)));
    });
  }

  accept(command: Command & { readonly sequence: number }): Promise<void> {
    const { runId, executionId } = command;
    return this.append('kanade.run.accepted.v1', { runId, executionId, commandSequence: command.sequence });
  }

  start({ runId, executionId }: Command): Promise<void> {
    return this.append('kanade.run.started.v1', { runId, executionId, runAs: 'system' });
  }

  finish({ runId, executionId }: Command, exitCode: number): Promise<void> {
    const at = new Date().toISOString();
    const nothing = { bytes: 0, chunks: 0, digest: sha256Hex(randomBytes(16)) };
    return this.append('kanade.run.finished.v1', {
      runId, executionId, state: exitCode === 0 ? 'succeeded' : 'failed', exitCode, signal: null, reason: null, startedAt: at, finishedAt: at, durationMs: 5,
      output: { stdout: nothing, stderr: nothing },
    });
  }

  async renew(renew: boolean, issuers: readonly string[] = [], more: object = {}) {
    return renewAnswerSchema.parse(readJson(await this.connection.renew(Buffer.from(JSON.stringify({ renew, keysetVersion: 0, issuers, agentVersion: '0.1.0', ...more })))));
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}
