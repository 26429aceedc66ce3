import { z } from 'zod';
import { endpointIdSchema, timeSchema } from '../ids.ts';
import { factLimits } from '../limits.ts';
import { eventSchema } from './envelope.ts';

export const osFamilies = ['linux', 'windows', 'macos'] as const;

export const osSchema = z.strictObject({
  family: z.enum(osFamilies),
  name: z.string().max(factLimits.osText),
  version: z.string().max(factLimits.osText),
  architecture: z.string().max(factLimits.architecture),
});
export type OperatingSystem = z.infer<typeof osSchema>;

/** What an agent says of its host at start; hints only, nothing here ever grants anything. */
export const agentStartedSchema = eventSchema(
  'kanade.agent.started.v1',
  z.strictObject({
    agentVersion: z.string().max(factLimits.agentVersion),
    hostname: z.string().max(factLimits.hostname),
    os: osSchema,
    bootId: z.string().max(factLimits.bootId),
    shells: z.array(z.string().max(factLimits.shell)).max(factLimits.shells),
    /** `epoch-opened` tells that the event chain begins anew: a reverted or cloned machine, or a restored history. */
    reason: z.enum(['first-start', 'restart', 'epoch-opened']),
  }),
);

export const endpointEnrolledSchema = eventSchema(
  'kanade.endpoint.enrolled.v1',
  z.strictObject({
    endpointId: endpointIdSchema,
    hostname: z.string().max(255),
    os: osSchema,
    agentVersion: z.string().max(50),
    site: z.string().max(63),
    tokenId: z.string().max(63),
    simulated: z.boolean(),
    /** NKey public key: broker sign-in only. */
    nkey: z.string().max(60),
    /** base64url raw Ed25519 public key: signs events. */
    signingKey: z.string().max(60),
    /** base64url raw X25519 public key: secrets are sealed to it. */
    sealingKey: z.string().max(60),
  }),
);

/** Presence as transitions, after hold-down: the broker's connect and disconnect events, and missed beats. */
export const endpointCameOnlineSchema = eventSchema(
  'kanade.endpoint.came-online.v1',
  z.strictObject({ endpointId: endpointIdSchema, observedAt: timeSchema }),
);
export const endpointWentOfflineSchema = eventSchema(
  'kanade.endpoint.went-offline.v1',
  z.strictObject({
    endpointId: endpointIdSchema,
    observedAt: timeSchema,
    reason: z.enum(['disconnected', 'beats-missed', 'revoked']),
  }),
);

/** An endpoint whose event failed verification: from here on it gets no commands and its events are shown as doubtful. */
export const endpointQuarantinedSchema = eventSchema(
  'kanade.endpoint.quarantined.v1',
  z.strictObject({ endpointId: endpointIdSchema, sequence: z.int().positive(), reason: z.string().max(200) }),
);
