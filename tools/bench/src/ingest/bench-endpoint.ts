import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandSchema, headers as names } from '@kanade/contracts';
import type { Command } from '@kanade/contracts';
import { connectAgent, issueAgentJwt, MessagingError } from '@kanade/messaging';
import type { AgentConnection, BrokerKeys, OutgoingMessage } from '@kanade/messaging';
import { EventChain, finishedRun, makeMachineKeys } from '@kanade/messaging/testing';
import type { Machine } from './fleet-messages.ts';

const printed = Buffer.from('checking the volumes of this host, all is well\n'.repeat(9).slice(0, 400));
/** How long an answer that was not stored waits before it is sent again; an agent's outbox waits longer. */
const retryMs = { least: 100, most: 1000 };

/** How often anything had to be sent again. */
export interface Retries {
  count: number;
}

/** An endpoint with its own keys, chain and connection, that answers the one command it gets. */
export class BenchEndpoint {
  readonly machine: Machine;
  readonly #seed: string;
  readonly #chain: EventChain;
  #connection: AgentConnection | undefined;
  #command: (Command & { readonly sequence: number }) | undefined;
  #last = 0;

  constructor(endpointId: string) {
    const keys = makeMachineKeys();
    this.machine = { endpointId, nkey: keys.nkey.publicKey, signingKey: keys.signing.publicKey, sealingKey: keys.sealing.publicKey };
    this.#seed = keys.nkey.seed;
    this.#chain = new EventChain(endpointId, keys.signing);
  }

  /** Resolves once it is connected; `onCommand` is called when its command has been taken. */
  async connect(url: string, keys: BrokerKeys, onCommand: () => void): Promise<void> {
    const { endpointId, nkey } = this.machine;
    const credentials = { jwt: issueAgentJwt(keys, { endpointId, nkey }), seed: this.#seed };
    const connection = await connectAgent({ urls: [url], credentials: () => credentials, endpointId, ca: null });
    this.#connection = connection;
    await new Promise<void>((resolve) => connection.onConnect(resolve));
    connection.consumeCommands({
      onCommand: (message) => {
        this.#command = { ...commandSchema.parse(JSON.parse(Buffer.from(message.body).toString('utf8'))), sequence: message.sequence };
        message.ack();
        onCommand();
        return Promise.resolve();
      },
    });
  }

  /** Tells all of its run as an agent does: that it was accepted and started, what it printed, how it ended. Resolves when the broker has all of it. */
  async answer(retries: Retries): Promise<void> {
    const connection = this.#connection;
    const command = this.#command;
    if (connection === undefined || command === undefined) throw new Error('asked to answer what it was not asked');
    const { runId, executionId, sequence } = command;
    const salt = randomBytes(16);
    const digest = (text: Uint8Array) => createHash('sha256').update(salt).update(text).digest('hex');
    const output = { stdout: { bytes: printed.length, chunks: 1, digest: digest(printed) }, stderr: { bytes: 0, chunks: 0, digest: digest(Buffer.alloc(0)) } };
    const append = async (entries: readonly OutgoingMessage[]) => {
      const result = await persistently(retries, () => connection.appendEvents(entries, this.#last));
      if (result.outcome !== 'stored') throw new Error('somebody else wrote to this endpoint’s subject');
      this.#last = result.lastSequence;
    };
    await append([
      this.#chain.next('kanade.run.accepted.v1', { runId, executionId, commandSequence: sequence }),
      this.#chain.next('kanade.run.started.v1', { runId, executionId, runAs: 'system' }),
    ]);
    const headers = { [names.offset]: '0', [names.salt]: salt.toString('hex') };
    await persistently(retries, () => connection.publishOutput({ runId, stream: 'stdout', chunk: 0, headers, body: printed }));
    await append([this.#chain.next('kanade.run.finished.v1', { ...finishedRun(command, 0), output })]);
  }

  async close(): Promise<void> {
    await this.#connection?.close();
  }
}

/** Sends again what the broker did not acknowledge in time: what waits, waits here, as it would in an outbox. */
async function persistently<Result>(retries: Retries, send: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof MessagingError) || !error.retryable) throw error;
      retries.count += 1;
      await sleep(retryMs.least + Math.random() * (retryMs.most - retryMs.least));
    }
  }
}
