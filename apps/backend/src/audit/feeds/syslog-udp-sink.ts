import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { AuditEntry, Checkpoint } from '@kanade/contracts';
import type { SyslogAddress } from '../../config/audit-feeds.ts';
import { AuditSink } from './audit-sink.ts';
import { syslogCheckpoint, syslogMessage } from './syslog-message.ts';

/** How long a machine where nobody listens has to say so. */
const settleMs = 200;

/** Sends each entry as a datagram; that nobody listens is noticed where the other side says so, and what is lost on the way never is. */
export class SyslogUdpSink extends AuditSink {
  readonly name = 'syslog';
  readonly address: string;

  constructor(private readonly to: SyslogAddress) {
    super();
    this.address = `udp://${to.host}:${to.port}`;
  }

  send(entries: readonly AuditEntry[], signal: AbortSignal): Promise<void> {
    return this.deliver(entries.map(syslogMessage), signal);
  }

  sendCheckpoint(checkpoint: Checkpoint, signal: AbortSignal): Promise<void> {
    return this.deliver([syslogCheckpoint(checkpoint)], signal);
  }

  private async deliver(messages: readonly string[], signal: AbortSignal): Promise<void> {
    const { address, family } = await lookup(this.to.host);
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    const refused = new Promise<never>((_resolve, reject) => socket.on('error', reject));
    try {
      await Promise.race([refused, this.sendAll(socket, address, messages, signal)]);
    } finally {
      // It may be refused after all was sent, with nobody left to hear of it.
      refused.catch(() => undefined);
      socket.close();
    }
  }

  close(): void {
    // Every batch has a socket of its own.
  }

  private async sendAll(socket: Socket, address: string, messages: readonly string[], signal: AbortSignal): Promise<void> {
    socket.connect(this.to.port, address);
    await once(socket, 'connect', { signal });
    for (const message of messages) {
      await new Promise<void>((resolve, reject) => socket.send(message, (error) => (error === null ? resolve() : reject(error))));
    }
    await pause(settleMs, undefined, { signal });
  }
}
