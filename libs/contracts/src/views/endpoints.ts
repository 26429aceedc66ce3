import { z } from 'zod';
import { holdCauseSchema } from '../events/endpoint-lifecycle.ts';
import { osSchema } from '../events/endpoints.ts';
import { facetSchemas, installedPackageSchema } from '../events/inventory.ts';
import { endpointIdSchema, positionSchema, timeSchema } from '../ids.ts';
import { performanceSampleSchema } from '../wire/live.ts';
import { siteNameSchema } from '../sites.ts';
import { momentSchema, pageQueryShape, pageSchema } from './paging.ts';

export const endpointStatuses = ['online', 'offline', 'never-seen'] as const;
export const endpointStatusSchema = z.enum(endpointStatuses).meta({ id: 'EndpointStatus' });
export type EndpointStatus = z.infer<typeof endpointStatusSchema>;

/** Where an endpoint stands with the fleet: only an active one is sent anything. */
export const endpointStandings = ['pending', 'active', 'revoked', 'retired'] as const;
export const endpointStandingSchema = z.enum(endpointStandings).meta({ id: 'EndpointStanding' });
export type EndpointStanding = z.infer<typeof endpointStandingSchema>;

export const endpointViewSchema = z
  .strictObject({
    id: endpointIdSchema,
    /** What the endpoint calls itself: a hint, and never more. */
    name: z.string(),
    /** Since when it calls itself so. */
    nameSince: timeSchema,
    /** What operators call it. */
    alias: z.string().nullable(),
    standing: endpointStandingSchema,
    status: endpointStatusSchema,
    os: osSchema.pick({ family: true, name: true, version: true }),
    agentVersion: z.string(),
    /** Live overlay: the last beat or event; not part of the history. */
    lastSeenAt: timeSchema.nullable(),
    simulated: z.boolean(),
    site: z.string(),
    quarantined: z.boolean(),
    /** Two machines act as this endpoint: a cloned disk. */
    conflicted: z.boolean(),
    /** Its events are not let through for now. */
    held: z.boolean(),
  })
  .meta({ id: 'EndpointView' });
export type EndpointView = z.infer<typeof endpointViewSchema>;

export const endpointPageSchema = pageSchema('EndpointPage', endpointViewSchema);

export const endpointSorts = ['name', '-name', 'status', '-status', 'enrolledAt', '-enrolledAt'] as const;
export const endpointListQuerySchema = z.strictObject({
  ...pageQueryShape,
  /** Part of the name or the alias, or the beginning of the id. */
  search: z.string().max(200).optional(),
  /** The exact name, as `--endpoint NAME` resolves it. */
  name: z.string().max(255).optional(),
  /** The exact alias. */
  alias: z.string().max(100).optional(),
  status: endpointStatusSchema.optional(),
  site: siteNameSchema.optional(),
  /** Unless said, all but those that were retired. */
  standing: z.enum([...endpointStandings, 'all']).optional(),
  sort: z.enum(endpointSorts).default('name'),
});

export const endpointDetailSchema = z
  .strictObject({
    ...endpointViewSchema.shape,
    os: osSchema,
    enrolledAt: timeSchema,
    shells: z.array(z.string()),
    signingKey: z.string(),
    /** Since when, and for a revoked one why, it stands where it does. */
    standingAt: timeSchema,
    standingReason: z.string().nullable(),
    /** Since when its data is erased. */
    erasedAt: timeSchema.nullable(),
    quarantineReason: z.string().nullable(),
    conflictReason: z.string().nullable(),
    /** Why its events are not let through, since when, and until when; null for until somebody releases it. */
    hold: z.strictObject({ cause: holdCauseSchema, detail: z.string(), since: timeSchema, until: timeSchema.nullable() }).nullable(),
    /** Where its chain of events began anew, newest first: a machine that was reverted, cloned, or given new keys. At most 20. */
    epochs: z.array(z.strictObject({ epoch: z.int().positive(), openedAt: timeSchema, position: positionSchema })),
    /** Position of the first event about it that could not be folded: what is told of it may lack what that said. */
    incompleteSince: positionSchema.nullable(),
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

/** Two moments to compare; the later one is now unless given. */
export const endpointDiffQuerySchema = z.strictObject({ from: momentSchema, to: momentSchema.optional() });

const leafSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export const endpointDiffSchema = z
  .strictObject({
    endpointId: endpointIdSchema,
    from: positionSchema,
    to: positionSchema,
    /** What said something else, by where it stands in the endpoint's detail, such as `hardware.memoryBytes` or `disks.disks[sda].model`; null where it said nothing. */
    changes: z.array(z.strictObject({ field: z.string(), before: leafSchema, after: leafSchema })),
    packages: z.strictObject({
      added: z.array(installedPackageSchema),
      removed: z.array(installedPackageSchema),
      updated: z.array(installedPackageSchema.omit({ version: true }).extend({ before: z.string(), after: z.string() })),
    }),
  })
  .meta({ id: 'EndpointDiff' });
export type EndpointDiff = z.infer<typeof endpointDiffSchema>;

export const performanceSchema = z
  .strictObject({ endpointId: endpointIdSchema, samples: z.array(performanceSampleSchema) })
  .meta({ id: 'PerformanceView' });
export const performanceQuerySchema = z.strictObject({
  /** How far back, in minutes; at most a day. */
  minutes: z.coerce.number().int().min(1).max(1440).default(60),
});
