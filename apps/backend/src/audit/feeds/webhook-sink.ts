import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { request as overHttp } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as overHttps } from 'node:https';
import type { AuditEntry, Checkpoint } from '@kanade/contracts';
import { readPrivateFile } from '@kanade/messaging';
import type { Clock } from '../../clock.ts';
import { version } from '../../version.ts';
import { AuditSink } from './audit-sink.ts';
import { receiverAuthorities } from './receiver-authorities.ts';

const timeoutMs = 10_000;
const shortestSecret = 16;
/** `t=<Unix seconds>,v1=<hex>`: HMAC-SHA256 over the same seconds, a full stop and the body. */
export const webhookSignatureHeader = 'kanade-webhook-signature';

export function webhookSignature(secret: string, seconds: number, body: string): string {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

interface WebhookOptions {
  readonly url: URL;
  readonly secretFile: string;
  readonly caFile: string | undefined;
  readonly clock: Clock;
}

/** Posts entries as JSON, signed; any answer but a success means that they were not taken. */
export class WebhookSink extends AuditSink {
  readonly name = 'webhook';
  /** Without its path, in which some receivers want a secret. */
  readonly address: string;

  constructor(private readonly options: WebhookOptions) {
    super();
    this.address = options.url.origin;
  }

  override check(): void {
    this.secret();
  }

  send(entries: readonly AuditEntry[], signal: AbortSignal): Promise<void> {
    return this.deliver({ entries }, signal);
  }

  sendCheckpoint(checkpoint: Checkpoint, signal: AbortSignal): Promise<void> {
    return this.deliver({ entries: [], checkpoint }, signal);
  }

  private async deliver(content: object, signal: AbortSignal): Promise<void> {
    const body = JSON.stringify(content);
    const response = await this.post(body, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
    const status = response.statusCode ?? 0;
    if (status < 200 || status > 299) throw new Error(`${this.address} answered ${status}`);
  }

  close(): void {
    // Every request has a connection of its own.
  }

  /** Read each time, so that the secret can be changed while kanade runs. */
  private secret(): string {
    const secret = readPrivateFile(this.options.secretFile).trim();
    if (secret.length < shortestSecret) throw new Error(`the secret of the webhook is shorter than ${shortestSecret} characters`);
    return secret;
  }

  private async post(body: string, signal: AbortSignal): Promise<IncomingMessage> {
    const { url, caFile, clock } = this.options;
    const secure = url.protocol === 'https:';
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': `kanade/${version}`,
      [webhookSignatureHeader]: webhookSignature(this.secret(), Math.floor(clock.now() / 1000), body),
    };
    const authorities = receiverAuthorities(secure ? caFile : undefined);
    const request = (secure ? overHttps : overHttp)(url, { method: 'POST', headers, signal, agent: false, ...(authorities === undefined ? {} : { ca: authorities }) });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve);
      // Told for as long as the request lives: one that comes late must not end the process.
      request.on('error', reject);
    });
    request.end(body);
    const response = await answered;
    response.resume();
    await once(response, 'close');
    return response;
  }
}
