import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';

/** A page that is not kanade's: what it says is whatever the attacker wrote. */
export class OtherSite {
  readonly #server: Server;
  readonly #port: number;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.#port = port;
  }

  /** Serves `html` at every address. */
  static async serve(html: string): Promise<OtherSite> {
    const server = createServer((_request, response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a listening server has no port');
    return new OtherSite(server, address.port);
  }

  /** Another port of the same host: another origin, and for the rules about cookies the same site. */
  get sameSite(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /** Another host: another site too. */
  get crossSite(): string {
    return `http://localhost:${this.#port}/`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
