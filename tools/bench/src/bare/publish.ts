import { readFileSync } from 'node:fs';
import { connect, credsAuthenticator, headers as createHeaders, type Msg } from '@nats-io/transport-node';

/** A message to be stored as it is. */
export interface RawMessage {
  readonly subject: string;
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** How many messages are sent before their acknowledgements are awaited. */
export const publishWindow = 256;

/** Stores messages in order with the administrator's credential; each is acknowledged. */
export async function publishAll(url: string, credsFile: string, messages: readonly RawMessage[]): Promise<void> {
  const nc = await connect({ servers: url, authenticator: credsAuthenticator(readFileSync(credsFile)) });
  let waiting: Promise<Msg>[] = [];
  for (const { subject, body, headers } of messages) {
    const sent = createHeaders();
    for (const [name, value] of Object.entries(headers)) sent.set(name, value);
    waiting.push(nc.request(subject, body, { headers: sent, timeout: 30_000 }));
    if (waiting.length < publishWindow) continue;
    for (const answer of await Promise.all(waiting)) checkStored(answer.string());
    waiting = [];
  }
  for (const answer of await Promise.all(waiting)) checkStored(answer.string());
  await nc.close();
}

function checkStored(answer: string): void {
  if (!answer.includes('"seq":')) throw new Error(`the broker did not store a message of the bench: ${answer}`);
}
