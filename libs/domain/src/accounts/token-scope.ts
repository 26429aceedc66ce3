import type { Permission, Sites, TokenScope } from '@kanade/contracts';
import { isDivided, readingPermissions } from './permission.ts';

function confers({ area }: TokenScope, permission: Permission): boolean {
  if (area === 'read') return readingPermissions.some((each) => each === permission);
  return area === permission || (area === 'job:run' && permission === 'run');
}

function sitesOf(scopes: readonly TokenScope[]): Sites | undefined {
  if (scopes.length === 0) return undefined;
  if (scopes.some(({ site }) => site === null)) return 'all';
  return [...new Set(scopes.flatMap(({ site }) => (site === null ? [] : [site])))].sort();
}

/** Where scopes allow something at all: everywhere, on these sites, or (undefined) nowhere. What its owner may not do is not asked here. */
export function scopedSites(scopes: readonly TokenScope[], permission: Permission): Sites | undefined {
  if (permission === 'self') return 'all';
  const sites = sitesOf(scopes.filter((scope) => confers(scope, permission)));
  return sites === 'all' || isDivided(permission) ? sites : undefined;
}

/** Where scopes allow one job to be run, or (null) a script that is no job. */
export function runnableSites(scopes: readonly TokenScope[], jobId: string | null): Sites | undefined {
  return sitesOf(scopes.filter(({ area, pattern }) => area === 'run' || (area === 'job:run' && jobId !== null && matchesName(pattern, jobId))));
}

/** Whether a name is one of those a scope's pattern means; null means all. */
export function matchesName(pattern: string | null, name: string): boolean {
  if (pattern === null) return true;
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return name === first;
  const last = rest.pop() ?? '';
  if (!name.startsWith(first)) return false;
  let from = first.length;
  for (const part of rest) {
    const at = name.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return name.length - from >= last.length && name.endsWith(last);
}

/** The sites in both; undefined when there are none. */
export function commonSites(one: Sites, other: Sites): Sites | undefined {
  if (one === 'all') return other;
  if (other === 'all') return one;
  const common = one.filter((site) => other.includes(site));
  return common.length === 0 ? undefined : common;
}
