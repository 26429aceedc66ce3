import { z } from 'zod';
import { durationSchema } from '../manifest.ts';
import { endpointIdSchema, positionSchema, timeSchema } from '../ids.ts';

const password = z.string().min(1).max(1000);
const username = z.string().min(1).max(100);

export const signInRequestSchema = z.strictObject({ username, password }).meta({ id: 'SignInRequest' });

/** Who is signed in; the session itself is only in its httpOnly cookie. */
export const sessionViewSchema = z
  .strictObject({ accountId: z.string(), username: z.string(), role: z.enum(['admin']), expiresAt: timeSchema })
  .meta({ id: 'SessionView' });

/** Body of `POST /tokens`: made with a password, for the CLI. */
export const createTokenRequestSchema = z
  .strictObject({ username, password, name: z.string().min(1).max(100), expiresIn: durationSchema.default('90d') })
  .meta({ id: 'CreateTokenRequest' });
export const createTokenResultSchema = z
  .strictObject({ token: z.string(), tokenId: z.string(), expiresAt: timeSchema })
  .meta({ id: 'CreateTokenResult' });

export const createEnrolmentTokenRequestSchema = z
  .strictObject({
    expiresIn: durationSchema.default('24h'),
    maxUses: z.int().min(1).max(100_000).default(1),
    site: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/).default('default'),
    /** What enrols with it waits until an operator approves it. */
    approval: z.boolean().default(false),
    /** Gives this one endpoint new keys instead of making new endpoints: single use, and the endpoint keeps its site. */
    endpointId: endpointIdSchema.optional(),
  })
  .meta({ id: 'CreateEnrolmentTokenRequest' });
/** The token is shown once; the backend keeps only what it needs to recognise it. */
export const createEnrolmentTokenResultSchema = z
  .strictObject({ token: z.string(), tokenId: z.string(), expiresAt: timeSchema, maxUses: z.int(), position: positionSchema })
  .meta({ id: 'CreateEnrolmentTokenResult' });
