import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** Another address of the broker: what comes in there goes on to it. */
export class Forwarder {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async to(url: string): Promise<Forwarder> {
    const { hostname, port } = new URL(url);
    const server = createServer();
    const forwarder = new Forwarder(server);
    server.on('connection', (near) => {
      const far = connect(Number(port), hostname);
      forwarder.#sockets.add(near);
      for (const [one, two] of [[near, far], [far, near]] as const) {
        one.pipe(two);
        one.on('error', () => two.destroy());
        one.on('close', () => {
          two.destroy();
          forwarder.#sockets.delete(near);
        });
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return forwarder;
  }

  get url(): string {
    return `nats://127.0.0.1:${portOf(this.#server.address())}`;
  }

  /** How many are connected by it. */
  get connections(): number {
    return this.#sockets.size;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the forwarder listens nowhere');
  return address.port;
}
