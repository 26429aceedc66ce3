import { z } from 'zod';
import { timeSchema } from '../ids.ts';
import { rotatableKeyUses } from '../key-uses.ts';
import { eventSchema } from './envelope.ts';

/** A public key: 16 hex digits and base64url raw Ed25519 for a signing key; the same NKey twice for one of the broker. */
const publicKeySchema = z.strictObject({ id: z.string().max(60), publicKey: z.string().max(60) });

/**
 * A key was replaced by whoever holds the installation's files; signed by the root key, as everything about keys is. For the control key this
 * event is the border: what stands before it was signed by `previous`, what stands after it by `next`.
 */
export const keyRotatedSchema = eventSchema(
  'kanade.key.rotated.v1',
  z.strictObject({
    use: z.enum(rotatableKeyUses),
    previous: publicKeySchema,
    next: publicKeySchema,
    rotatedAt: timeSchema,
    /** The account of the machine's operating system that did it. */
    rotatedBy: z.string().max(100),
    /** Until when what the previous key signed still counts. */
    previousEndsAt: timeSchema,
  }),
);

/** What the previous key signed counts no more from here on, earlier than was said when it was replaced. */
export const keyRetiredSchema = eventSchema(
  'kanade.key.retired.v1',
  z.strictObject({ use: z.enum(rotatableKeyUses), id: z.string().max(60), retiredAt: timeSchema, retiredBy: z.string().max(100) }),
);
