import { z } from 'zod';
import { permissions } from './permissions.ts';
import type { Permission } from './permissions.ts';
import { subjectToken } from './subject-token.ts';

const reading = ['fleet:read', 'history:read', 'system:read'] as const;
type Whole = Exclude<Permission, 'self' | (typeof reading)[number]>;

const isWhole = (permission: Permission): permission is Whole => permission !== 'self' && !reading.some((each) => each === permission);

/** `read` is all of reading but the audit; `job:run` and `package:publish` may name which; the others are permissions as they are. */
export const scopeAreas = ['read', 'job:run', 'package:publish', ...permissions.filter(isWhole)] as const;
export type ScopeArea = (typeof scopeAreas)[number];

/** Areas whose scope may go on with what it is about: `job:run:backup-*`. */
const named: readonly ScopeArea[] = ['job:run', 'package:publish'];

/** One thing a token may do. */
export interface TokenScope {
  readonly area: ScopeArea;
  /** Names it is about, with `*` for any characters; null for all. */
  readonly pattern: string | null;
  /** The one site it is limited to; null for all that the token's owner has. */
  readonly site: string | null;
}

const patternForm = /^[A-Za-z0-9._*-]{1,100}$/;
const hint = 'must be read, run, job:run:NAME, package:publish:NAME (NAME may have * in it) or a permission such as secret:write, each with @site:SITE behind it to limit it to one site';

/** Reads `AREA[:PATTERN][@site:NAME]`; undefined for anything else. */
export function readTokenScope(text: string): TokenScope | undefined {
  const [what = '', where, ...more] = text.split('@');
  const site = where === undefined ? null : where.startsWith('site:') ? where.slice(5) : '';
  if (more.length > 0 || (site !== null && !subjectToken.test(site))) return undefined;
  const area = scopeAreas.find((each) => each === what);
  if (area !== undefined) return { area, pattern: null, site };
  const owner = named.find((each) => what.startsWith(`${each}:`));
  const pattern = owner === undefined ? '' : what.slice(owner.length + 1);
  return owner === undefined || !patternForm.test(pattern) ? undefined : { area: owner, pattern, site };
}

/** A scope as people write it: `job:run:backup@site:tokyo`, `package:publish:app-*`, `read`. */
export const tokenScopeSchema = z
  .string()
  .max(200)
  .refine((text) => readTokenScope(text) !== undefined, hint)
  .meta({ id: 'TokenScope', description: `A scope of a token: ${hint.replace('must be ', '')}.` });

/** What a token is limited to; null for whatever its owner may do. */
export const tokenScopesSchema = z.array(tokenScopeSchema).min(1, 'give at least one scope').max(50).nullable();
