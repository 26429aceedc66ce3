import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { setTimeout as pause } from 'node:timers/promises';
import type { AuditEntry, Checkpoint } from '@kanade/contracts';
import type { SyslogAddress } from '../../config/audit-feeds.ts';
import { AuditSink } from './audit-sink.ts';
import { receiverAuthorities } from './receiver-authorities.ts';
import { framed, syslogCheckpoint, syslogMessage } from './syslog-message.ts';

const connectMs = 10_000;
/** A receiver that takes nothing for so long is as good as away. */
const stalledMs = 30_000;
/**
 * Syslog has no answers: what was written counts as received when the connection still stands after so long. A receiver that was gone already
 * has said so by then, and gets everything again.
 */
const settleMs = 1000;

/** Sends entries over one connection, each with its length before it. */
export class SyslogStreamSink extends AuditSink {
  readonly name = 'syslog';
  readonly address: string;
  private socket: Socket | undefined;

  constructor(
    private readonly to: SyslogAddress,
    private readonly caFile: string | undefined,
  ) {
    super();
    this.address = `${to.protocol}://${to.host}:${to.port}`;
  }

  send(entries: readonly AuditEntry[], signal: AbortSignal): Promise<void> {
    return this.deliver(entries.map(syslogMessage), signal);
  }

  sendCheckpoint(checkpoint: Checkpoint, signal: AbortSignal): Promise<void> {
    return this.deliver([syslogCheckpoint(checkpoint)], signal);
  }

  private async deliver(messages: readonly string[], signal: AbortSignal): Promise<void> {
    const socket = this.socket ?? (await this.open(signal));
    const abort = () => socket.destroy();
    signal.addEventListener('abort', abort, { once: true });
    const broken = brokenOff(socket);
    try {
      await Promise.race([broken.failure, written(socket, messages.map(framed).join(''))]);
      await Promise.race([broken.failure, pause(settleMs, undefined, { signal })]);
    } catch (error) {
      this.close();
      throw error;
    } finally {
      broken.forget();
      signal.removeEventListener('abort', abort);
    }
  }

  close(): void {
    this.socket?.destroy();
    this.socket = undefined;
  }

  private async open(signal: AbortSignal): Promise<Socket> {
    const { protocol, host, port } = this.to;
    const authorities = protocol === 'tls' ? receiverAuthorities(this.caFile) : undefined;
    const socket = protocol === 'tls' ? connectTls({ host, port, ...(authorities === undefined ? {} : { ca: authorities }) }) : connectTcp({ host, port });
    // The `close` that follows an error tells of it; an unheard `error` would end the process.
    socket.on('error', ignore);
    const until = AbortSignal.any([signal, AbortSignal.timeout(connectMs)]);
    const abort = () => socket.destroy(new Error(`${this.address} does not answer`));
    until.addEventListener('abort', abort, { once: true });
    const broken = brokenOff(socket);
    try {
      await Promise.race([broken.failure, new Promise((resolve) => socket.once(protocol === 'tls' ? 'secureConnect' : 'connect', resolve))]);
    } finally {
      broken.forget();
      until.removeEventListener('abort', abort);
    }
    socket.setKeepAlive(true, stalledMs);
    socket.on('close', () => {
      if (this.socket === socket) this.socket = undefined;
    });
    // Receivers have nothing to say; what they say all the same must not fill the memory.
    socket.resume();
    this.socket = socket;
    return socket;
  }
}

/** Rejects when the connection ends, however it does. */
function brokenOff(socket: Socket) {
  let forget = (): void => undefined;
  const failure = new Promise<never>((_resolve, reject) => {
    const ended = (): void => reject(new Error('the receiver closed the connection'));
    const stalled = (): void => {
      reject(new Error(`the receiver has taken nothing for ${stalledMs / 1000} s`));
      socket.destroy();
    };
    socket.on('error', reject).on('close', ended).on('end', ended);
    socket.setTimeout(stalledMs, stalled);
    forget = () => {
      socket.setTimeout(0);
      socket.off('error', reject).off('close', ended).off('end', ended).off('timeout', stalled);
    };
  });
  failure.catch(ignore);
  return { failure, forget };
}

const ignore = (): void => undefined;

function written(socket: Socket, text: string): Promise<void> {
  return new Promise((resolve, reject) => socket.write(text, (error) => (error ? reject(error) : resolve())));
}
