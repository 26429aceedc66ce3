import { z } from 'zod';
import { osSchema } from '../events/endpoints.ts';
import { facetSchemas, installedPackageSchema } from '../events/inventory.ts';
import { endpointIdSchema, timeSchema } from '../ids.ts';
import { performanceSampleSchema } from '../wire/live.ts';
import { pageQueryShape, pageSchema } from './paging.ts';

export const endpointStatuses = ['online', 'offline', 'never-seen'] as const;
export const endpointStatusSchema = z.enum(endpointStatuses).meta({ id: 'EndpointStatus' });
export type EndpointStatus = z.infer<typeof endpointStatusSchema>;

export const endpointViewSchema = z
  .strictObject({
    id: endpointIdSchema,
    name: z.string(),
    status: endpointStatusSchema,
    os: osSchema.pick({ family: true, name: true, version: true }),
    agentVersion: z.string(),
    /** Live overlay: the last beat or event; not part of the history. */
    lastSeenAt: timeSchema.nullable(),
    simulated: z.boolean(),
    site: z.string(),
    quarantined: z.boolean(),
  })
  .meta({ id: 'EndpointView' });
export type EndpointView = z.infer<typeof endpointViewSchema>;

export const endpointPageSchema = pageSchema('EndpointPage', endpointViewSchema);

export const endpointSorts = ['name', '-name', 'status', '-status', 'enrolledAt', '-enrolledAt'] as const;
export const endpointListQuerySchema = z.strictObject({
  ...pageQueryShape,
  /** Part of the name, or the beginning of the id. */
  search: z.string().max(200).optional(),
  /** The exact name, as `--endpoint NAME` resolves it. */
  name: z.string().max(255).optional(),
  status: endpointStatusSchema.optional(),
  sort: z.enum(endpointSorts).default('name'),
});

export const endpointDetailSchema = z
  .strictObject({
    ...endpointViewSchema.shape,
    os: osSchema,
    enrolledAt: timeSchema,
    shells: z.array(z.string()),
    signingKey: z.string(),
    inventory: z.strictObject({
      hardware: facetSchemas.hardware.nullable(),
      os: facetSchemas.os.nullable(),
      disks: facetSchemas.disks.nullable(),
      network: facetSchemas.network.nullable(),
      changedAt: timeSchema.nullable(),
      packageCount: z.int().nonnegative(),
    }),
    position: z.string(),
  })
  .meta({ id: 'EndpointDetail' });
export type EndpointDetail = z.infer<typeof endpointDetailSchema>;

export const packagePageSchema = pageSchema('PackagePage', installedPackageSchema);
export const packageListQuerySchema = z.strictObject({ ...pageQueryShape, search: z.string().max(200).optional() });

export const performanceSchema = z
  .strictObject({ endpointId: endpointIdSchema, samples: z.array(performanceSampleSchema) })
  .meta({ id: 'PerformanceView' });
export const performanceQuerySchema = z.strictObject({
  /** How far back, in minutes; at most a day. */
  minutes: z.coerce.number().int().min(1).max(1440).default(60),
});
