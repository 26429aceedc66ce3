import { z } from 'zod';
import { siteNameSchema } from '../sites.ts';
import { eventSchema } from './envelope.ts';

/** There is a site of this name, or again one. */
export const siteCreatedSchema = eventSchema('kanade.site.created.v1', z.strictObject({ site: siteNameSchema }));

/** Nothing was left that belonged to it. */
export const siteDeletedSchema = eventSchema('kanade.site.deleted.v1', z.strictObject({ site: siteNameSchema }));
