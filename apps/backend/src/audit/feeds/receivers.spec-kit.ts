import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import { createServer as createTcp } from 'node:net';
import type { Server, Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';
import { auditEntrySchema, checkpointSchema } from '@kanade/contracts';
import { z } from 'zod';

/** Somewhere entries arrive; closed, it is away. */
export interface Receiver {
  readonly port: number;
  /** Positions in the order in which they came. */
  readonly positions: string[];
  /** Checkpoints likewise. */
  readonly checkpoints: string[];
  close(): Promise<void>;
}

export interface WebhookReceiver extends Receiver {
  readonly requests: { readonly signature: string; readonly body: string }[];
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Takes what is posted, with `status` for an answer. */
export async function receiveWebhooks(port = 0, status: () => number = () => 204): Promise<WebhookReceiver> {
  const positions: string[] = [];
  const checkpoints: string[] = [];
  const requests: { signature: string; body: string }[] = [];
  const server = createHttp((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      const answer = status();
      const body = Buffer.concat(chunks).toString();
      if (answer < 300) {
        requests.push({ body, signature: String(request.headers['kanade-webhook-signature']) });
        const { entries, checkpoint } = z.object({ entries: z.array(auditEntrySchema), checkpoint: checkpointSchema.optional() }).parse(JSON.parse(body));
        for (const { position } of entries) positions.push(position);
        if (checkpoint !== undefined) checkpoints.push(`${checkpoint.incarnation}:${checkpoint.size}`);
      }
      response.writeHead(answer).end();
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { port: portOf(server), positions, checkpoints, requests, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** Puts what a message tells of where it belongs. */
function sort(message: string, { positions, checkpoints }: Pick<Receiver, 'positions' | 'checkpoints'>): void {
  const [, kind, place = ''] = /\[kanade@32473 (position|checkpoint)="([^"]+)"/.exec(message) ?? [];
  (kind === 'checkpoint' ? checkpoints : positions).push(kind === undefined ? `no position in ${message}` : place);
}

/** Takes syslog over TCP, or over TLS with a certificate. */
export async function receiveSyslog(port = 0, tls?: { readonly cert: string; readonly key: string }): Promise<Receiver> {
  const came: Pick<Receiver, 'positions' | 'checkpoints'> = { positions: [], checkpoints: [] };
  const sockets = new Set<Socket>();
  const take = (socket: Socket): void => {
    sockets.add(socket);
    let waiting = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes: Buffer) => {
      waiting = Buffer.concat([waiting, bytes]);
      for (;;) {
        const [length = '', count = ''] = /^(\d+) /.exec(waiting.toString('latin1')) ?? [];
        if (length === '' || waiting.length < length.length + Number(count)) return;
        sort(waiting.subarray(length.length, length.length + Number(count)).toString(), came);
        waiting = waiting.subarray(length.length + Number(count));
      }
    });
  };
  const server = tls === undefined ? createTcp(take) : createTls(tls, take);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { port: portOf(server), ...came, close };
}

/** Takes syslog as datagrams. */
export async function receiveDatagrams(port = 0): Promise<Receiver> {
  const came: Pick<Receiver, 'positions' | 'checkpoints'> = { positions: [], checkpoints: [] };
  const socket = createSocket('udp4', (message) => sort(message.toString(), came));
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  return { port: socket.address().port, ...came, close: () => new Promise((resolve) => socket.close(() => resolve())) };
}
