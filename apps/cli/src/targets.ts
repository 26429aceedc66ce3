import { Flags } from '@oclif/core';
import { isSubjectToken } from '@kanade/contracts';
import { getEndpoint, listEndpoints, ApiError, type EndpointView } from '@kanade/api-client';
import { usageFailure } from './failure.ts';
import { allItems, collect } from './paging.ts';
import { describeName, describeStatus, isNewName } from './render/endpoint.ts';
import { oneLine } from './render/table.ts';
import { formatTime } from './render/units.ts';

/** The flags that choose endpoints, the same for every command that has targets. */
export const targetFlags = {
  all: Flags.boolean({ description: 'every endpoint that you may run on', exclusive: ['endpoint', 'site'] }),
  site: Flags.string({ multiple: true, multipleNonGreedy: true, exclusive: ['endpoint'], description: 'every endpoint of a site; may be repeated' }),
  endpoint: Flags.string({ char: 'e', multiple: true, multipleNonGreedy: true, description: 'an endpoint by alias, name or id; may be repeated' }),
};

export type Targets = { readonly kind: 'all' } | { readonly kind: 'sites'; readonly sites: string[] } | { readonly kind: 'endpoints'; readonly ids: string[] };

/** Turns the target flags into what the API takes; a name two endpoints share is an error that lists their ids. */
export async function resolveTargets(flags: { readonly all?: boolean; readonly site?: readonly string[] | undefined; readonly endpoint?: readonly string[] | undefined }): Promise<Targets> {
  if (flags.all) return { kind: 'all' };
  const sites = [...new Set(flags.site ?? [])];
  if (sites.length > 0) return { kind: 'sites', sites };
  const named = [...new Set(flags.endpoint ?? [])];
  if (named.length === 0) throw usageFailure('No target.', 'Say --all, --site NAME, or --endpoint NAME (repeatable). `kanade endpoint list` shows them.');
  const endpoints = await Promise.all(named.map((one) => findEndpoint(one, 'active')));
  for (const note of notesOnNames(endpoints, Date.now())) process.stderr.write(`${note}\n`);
  return { kind: 'endpoints', ids: [...new Set(endpoints.map(({ id }) => id))] };
}

/** One line per target that must be looked at twice: its name is the endpoint's own word, and new. */
export function notesOnNames(endpoints: readonly EndpointView[], now: number): string[] {
  return endpoints
    .filter((endpoint) => isNewName(endpoint, now))
    .map((endpoint) => oneLine(`Note: ${describeName(endpoint, now)} has called itself ${endpoint.name} only since ${formatTime(endpoint.nameSince)}; its id is ${endpoint.id}`));
}

type Standing = EndpointView['standing'];

/**
 * The one endpoint meant by an id, an alias or a name, in this order: what operators say counts more than what endpoints call
 * themselves. Of several with one name, the one that stands as `preferred` is meant. A usage failure when there is none or more than one.
 */
async function findEndpoint(named: string, preferred: Standing): Promise<EndpointView> {
  const byId = isSubjectToken(named) ? await endpointOf(named) : undefined;
  if (byId) return byId;
  const aliased = named.length <= 100 ? await listEndpoints({ alias: named, standing: 'all', limit: 2 }) : { items: [] };
  const candidates = aliased.items.length > 0 ? aliased.items : await allCalled(named);
  const meant = candidates.filter(({ standing }) => standing === preferred);
  const [only, ...others] = meant.length > 0 ? meant : candidates;
  if (only && others.length === 0) return only;
  if (only) {
    const ids = [only, ...others].map((endpoint) => `\n  ${endpoint.id}  ${describeStatus(endpoint)}`).join('');
    throw usageFailure(`${others.length + 1} endpoints are called ${JSON.stringify(named)}:${ids}`, 'Name the one you mean by its id.');
  }
  throw usageFailure(`There is no endpoint called ${JSON.stringify(named)}.`, '`kanade endpoint list` shows what there is.');
}

function allCalled(name: string): Promise<EndpointView[]> {
  return collect(allItems((cursor) => listEndpoints({ name, standing: 'all', limit: 500, ...(cursor === undefined ? {} : { cursor }) })));
}

/** The id of the one endpoint meant; `preferred` tells which of several with one name. */
export async function resolveEndpoint(named: string, preferred: Standing = 'active'): Promise<string> {
  return (await findEndpoint(named, preferred)).id;
}

async function endpointOf(id: string): Promise<EndpointView | undefined> {
  try {
    return await getEndpoint(id);
  } catch (error) {
    if (error instanceof ApiError && (error.code === 'not-found' || error.code === 'invalid-request')) return undefined;
    throw error;
  }
}
