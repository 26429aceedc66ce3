import { z } from 'zod';
import { timeSchema } from '../ids.ts';
import { siteNameSchema } from '../sites.ts';

export const siteViewSchema = z
  .strictObject({
    name: siteNameSchema,
    /** Endpoints that belong to it, retired ones left out. */
    endpointCount: z.int().nonnegative(),
    /** Null for the site that was always there. */
    createdAt: timeSchema.nullable(),
    createdBy: z.string().nullable(),
  })
  .meta({ id: 'SiteView' });
export type SiteView = z.infer<typeof siteViewSchema>;

/** All sites somebody may see: they are few, and come in one answer. */
export const siteListSchema = z.strictObject({ items: z.array(siteViewSchema) }).meta({ id: 'SiteList' });

export const assignSiteRequestSchema = z.strictObject({ site: siteNameSchema }).meta({ id: 'AssignSiteRequest' });
