import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';

/** How long somebody may take at the provider. */
const ticketMs = 10 * 60_000;
const context = Buffer.from('kanade provider sign-in');

const ticketSchema = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  /** Whether the provider was to ask for a new proof. */
  fresh: z.boolean(),
  /** Where to go afterwards. */
  from: z.string(),
  expiresAt: z.number(),
});
/** What a browser keeps of a sign-in it began, so that none but this browser can end it. */
export type SignInTicket = Omit<z.infer<typeof ticketSchema>, 'expiresAt'>;

/** Seals tickets into what a cookie can carry: nothing is kept here, so strangers who begin sign-ins fill no storage. */
@Injectable()
export class SignInTickets {
  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
  ) {}

  readonly lifetimeSeconds = ticketMs / 1000;

  seal(ticket: SignInTicket): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.broker.get().keys.identitySeal, nonce).setAAD(context);
    const text = JSON.stringify({ ...ticket, expiresAt: this.clock.now() + ticketMs });
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** Undefined for what was not sealed here, or too long ago. */
  open(text: string): SignInTicket | undefined {
    const bytes = Buffer.from(text, 'base64url');
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.broker.get().keys.identitySeal, bytes.subarray(0, 12), { authTagLength: 16 }).setAAD(context).setAuthTag(bytes.subarray(12, 28));
      const { expiresAt, ...ticket } = ticketSchema.parse(JSON.parse(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')));
      return expiresAt > this.clock.now() ? ticket : undefined;
    } catch (error) {
      if (error instanceof Error) return undefined;
      throw error;
    }
  }
}
