import { z } from 'zod';
import { subjectToken } from './subject-token.ts';

/** Where an endpoint belongs that nobody put anywhere else; it is always there. */
export const defaultSite = 'default';

/** A site's name: it authorises, so people give it and no endpoint does. */
export const siteNameSchema = z.string().regex(subjectToken, 'a site has small letters, digits and hyphens, 63 at most: [a-z0-9][a-z0-9-]{0,62}');

/** Sites that something is limited to, or all of them. */
export const sitesSchema = z.union([z.literal('all'), z.array(siteNameSchema).min(1).max(100)]);
export type Sites = 'all' | readonly string[];
