import { z } from 'zod';
import { endpointIdSchema, timeSchema } from '../ids.ts';
import { brokerAccessSchema, brokerUrlsSchema } from '../wire/desired-state.ts';
import { acceptedSchema, pageQueryShape, pageSchema } from './paging.ts';

/** How far an endpoint is with the move that concerns it. `refused`: it did not believe its desired state. */
export const brokerMoveStates = ['moved', 'trying', 'not-heard', 'refused'] as const;
export const brokerMoveStateSchema = z.enum(brokerMoveStates).meta({ id: 'BrokerMoveState' });
export type BrokerMoveState = z.infer<typeof brokerMoveStateSchema>;

/** Where endpoints are to reach the broker from now on; `endpointId` for one of them, absent for all. */
export const moveBrokerRequestSchema = z
  .strictObject({
    endpointId: endpointIdSchema.optional(),
    urls: brokerUrlsSchema,
    ca: brokerAccessSchema.shape.ca.default(null),
    /** Whether the old way stays as the one to fall back to. */
    keepOld: z.boolean().default(true),
  })
  .meta({ id: 'MoveBrokerRequest' });

export const moveBrokerResultSchema = z.strictObject({ ...acceptedSchema.shape, urls: brokerUrlsSchema }).meta({ id: 'MoveBrokerResult' });

/** An endpoint and the newest move that concerns it. */
export const brokerMoveViewSchema = z
  .strictObject({
    endpointId: endpointIdSchema,
    endpointName: z.string(),
    state: brokerMoveStateSchema,
    urls: brokerUrlsSchema,
    orderedAt: timeSchema,
    orderedBy: z.string(),
    /** When it said so. */
    saidAt: timeSchema.nullable(),
    /** What stands in the way, in its own words. */
    reason: z.string().nullable(),
  })
  .meta({ id: 'BrokerMoveView' });
export type BrokerMoveView = z.infer<typeof brokerMoveViewSchema>;

/** One page, and how many endpoints there are in each state all together. */
export const brokerMovePageSchema = z
  .strictObject({ ...pageSchema('BrokerMoveListPage', brokerMoveViewSchema).shape, counts: z.record(brokerMoveStateSchema, z.int().nonnegative()) })
  .meta({ id: 'BrokerMovePage' });
export const brokerMoveListQuerySchema = z.strictObject({ ...pageQueryShape, state: brokerMoveStateSchema.optional() });
