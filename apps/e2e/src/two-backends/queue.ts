import { commandSchema, streams } from '@kanade/contracts';
import { connectCore, streamReader } from '@kanade/messaging';
import type { CoreConnection } from '@kanade/messaging';
import type { TestBroker } from '@kanade/messaging/testing';

/** Everything that is put into the endpoints' queues from now on, read past the backends with the administrator's credential. */
export class QueueWatch {
  /** How often each command was stored, by type and run. */
  readonly stored = new Map<string, number>();
  readonly #core: CoreConnection;
  readonly #stopping = new AbortController();
  readonly #reading: Promise<void>;

  private constructor(core: CoreConnection) {
    this.#core = core;
    this.#reading = this.#read();
  }

  static async start({ url, adminCreds }: TestBroker): Promise<QueueWatch> {
    return new QueueWatch(await connectCore({ url, credsFile: adminCreds, name: 'queue watch' }));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#reading;
    await this.#core.close();
  }

  async #read(): Promise<void> {
    for await (const messages of streamReader(this.#core, { stream: streams.commands, fromSequence: 1, signal: this.#stopping.signal })) {
      for (const { body } of messages) {
        const { type, runId } = commandSchema.parse(JSON.parse(Buffer.from(body).toString('utf8')));
        this.stored.set(`${type} ${runId}`, (this.stored.get(`${type} ${runId}`) ?? 0) + 1);
      }
    }
  }
}
