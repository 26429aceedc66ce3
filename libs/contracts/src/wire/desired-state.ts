import { z } from 'zod';
import { endpointIdSchema, timeSchema } from '../ids.ts';

/** Where an agent reaches the broker, the best way first: with TLS, or on loopback. */
export const brokerUrlsSchema = z
  .array(
    z
      .string()
      .max(500)
      .regex(/^((tls|wss):\/\/[^\s/]|(nats|ws):\/\/(localhost|127\.[\d.]+|\[::1\])(:|\/|$))/, 'an address of the broker is tls://HOST:PORT or wss://HOST:PORT; nats:// and ws:// are for loopback only'),
  )
  .min(1)
  .max(10);

/** A way to the broker. */
export const brokerAccessSchema = z.strictObject({
  urls: brokerUrlsSchema,
  /** PEM of the authority (or several) to pin; null where the broker is on loopback, or a public one vouches for it. */
  ca: z.string().max(10_000).nullable(),
});
export type BrokerAccess = z.infer<typeof brokerAccessSchema>;

/**
 * What an endpoint shall be like, in `kanade_desired.<endpointId>`, signed by the desired key over `signedText('desired', subject, digest)` in
 * the message's headers. An agent never takes a version below the last it took, nor the same one twice. It has no end: it holds for whoever was away.
 */
export const desiredStateSchema = z.strictObject({
  version: z.int().positive(),
  endpointId: endpointIdSchema,
  issuedAt: timeSchema,
  /** Where it is to reach the broker; null: where it does. */
  broker: z.strictObject({ ...brokerAccessSchema.shape, keepOld: z.boolean() }).nullable(),
});
export type DesiredState = z.infer<typeof desiredStateSchema>;
