import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import {
  askRequestSchema, commandSchema, enrolAnswerSchema, enrolmentTokenSchema, headers as names, keysetSchema, renewAnswerSchema, signedText, subjects,
} from '@kanade/contracts';
import type { AskAnswer, Command, EndpointEvent, EnrolAnswer, EnrolBody, EnrolmentToken, Keyset, RenewAnswer } from '@kanade/contracts';
import { sha256Hex, verifyBytes, verifyMessage } from '@kanade/proof';
import { connectAgent } from '../agent/connection.ts';
import { enrolWithToken } from '../agent/enrol.ts';
import type { AgentConnection } from '../agent/types.ts';
import { createSealingKey, createSigningKey } from '../crypto/keys.ts';
import type { SealingKey, SigningKey } from '../crypto/keys.ts';
import { generateNkey, signTextWithSeed } from '../crypto/nkey.ts';
import type { Nkey } from '../crypto/nkey.ts';
import { signBytes } from '../crypto/signatures.ts';
import { EventChain } from './event-chain.ts';

const readJson = (bytes: Uint8Array | string): unknown => JSON.parse(typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString());

/** Everything a machine makes for itself before it enrols. */
export interface MachineKeys {
  readonly nkey: Nkey;
  readonly signing: SigningKey;
  readonly sealing: SealingKey;
}

/** Makes a machine's keys. */
export function makeMachineKeys(): MachineKeys {
  return { nkey: generateNkey('user'), signing: createSigningKey(), sealing: createSealingKey() };
}

/** Reads an enrolment token as it is handed out. */
export function readEnrolmentToken(text: string): EnrolmentToken {
  return enrolmentTokenSchema.parse(readJson(Buffer.from(text, 'base64url')));
}

/** Asks to enrol as an agent does; `change` alters what is signed. */
export async function askToEnrol(token: EnrolmentToken, keys: MachineKeys, change: { readonly signer?: SigningKey; readonly nkeySeed?: string; readonly name?: string } = {}): Promise<EnrolAnswer> {
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

/** A command as it was delivered, with its place in the queue. */
export type TakenCommand = Command & { readonly sequence: number };

/** The least an agent is: it takes commands it believes, and appends signed events. */
export class TestAgent {
  readonly commands: TakenCommand[] = [];
  readonly endpointId: string;
  readonly connection: AgentConnection;
  readonly #keyset: Keyset;
  readonly #chain: EventChain;
  #lastSequence = 0;

  private constructor(connection: AgentConnection, signing: SigningKey, keyset: Keyset) {
    this.endpointId = connection.endpointId;
    this.connection = connection;
    this.#keyset = keyset;
    this.#chain = new EventChain(connection.endpointId, signing);
  }

  /** Enrols with a token and connects. */
  static async enrol(token: EnrolmentToken, { name, keys = makeMachineKeys() }: { readonly name?: string | undefined; readonly keys?: MachineKeys | undefined } = {}): Promise<TestAgent> {
    const answer = await askToEnrol(token, keys, name === undefined ? {} : { name });
    if ('error' in answer) throw new Error(answer.error.message);
    const { body, signature } = answer.keyset;
    const bytes = Buffer.from(body, 'base64url');
    if (!verifyBytes(token.root, signedText('keyset', 'kanade.keyset', sha256Hex(bytes)), signature)) throw new Error('the keyset is not signed by the root key');
    const credentials = { jwt: answer.jwt, seed: keys.nkey.seed };
    const connection = await connectAgent({ urls: token.urls, credentials: () => credentials, endpointId: answer.endpointId, ca: null });
    return new TestAgent(connection, keys.signing, keysetSchema.parse(readJson(bytes)));
  }

  /** Takes every command that is signed for it and acknowledges it, once `onCommand` has seen it. */
  takeCommands(onCommand: (command: TakenCommand) => void = () => undefined): void {
    const trusted = this.#keyset.keys.filter(({ use }) => use === 'command');
    this.connection.consumeCommands({
      onCommand: (message) => {
        const verified = verifyMessage(trusted, 'command', subjects.commands(this.endpointId), message.body, message.headers);
        if (!verified.ok) throw new Error(verified.reason);
        const command = { ...commandSchema.parse(readJson(message.body)), sequence: message.sequence };
        this.commands.push(command);
        message.ack();
        onCommand(command);
        return Promise.resolve();
      },
    });
  }

  /** Begins its chain anew behind what the history has of this endpoint. */
  async openEpoch(): Promise<void> {
    const last = await this.connection.readLastEvent();
    this.#lastSequence = last?.sequence ?? 0;
    this.#chain.beginEpoch(Number(last?.headers[names.epoch] ?? 0) + 1);
  }

  /** `signer` signs in the endpoint’s stead. */
  async append(type: EndpointEvent['type'], data: object, signer?: SigningKey): Promise<void> {
    const result = await this.connection.appendEvents([this.#chain.next(type, data, signer)], this.#lastSequence);
    if (result.outcome !== 'stored') throw new Error('somebody else wrote to this endpoint’s subject');
    this.#lastSequence = result.lastSequence;
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

  accept({ runId, executionId, sequence }: TakenCommand): Promise<void> {
    return this.append('kanade.run.accepted.v1', { runId, executionId, commandSequence: sequence });
  }

  start({ runId, executionId }: Command): Promise<void> {
    return this.append('kanade.run.started.v1', { runId, executionId, runAs: 'system' });
  }

  finish(command: Command, exitCode: number): Promise<void> {
    return this.append('kanade.run.finished.v1', finishedRun(command, exitCode));
  }

  async renew(renew: boolean, issuers: readonly string[] = [], more: object = {}): Promise<RenewAnswer> {
    return renewAnswerSchema.parse(readJson(await this.connection.renew(Buffer.from(JSON.stringify({ renew, keysetVersion: 0, issuers, agentVersion: '0.1.0', ...more })))));
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}

/** What `kanade.run.finished.v1` says of a run that printed nothing. */
export function finishedRun({ runId, executionId }: Pick<Command, 'runId' | 'executionId'>, exitCode: number): object {
  const at = new Date().toISOString();
  const nothing = { bytes: 0, chunks: 0, digest: sha256Hex(randomBytes(16)) };
  return {
    runId, executionId, state: exitCode === 0 ? 'succeeded' : 'failed', exitCode, signal: null, reason: null, startedAt: at, finishedAt: at, durationMs: 5,
    output: { stdout: nothing, stderr: nothing },
  };
}
