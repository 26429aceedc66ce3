import { Flags } from '@oclif/core';
import { getEndpoint, listEndpoints, ApiError } from '@kanade/api-client';
import { usageFailure } from './failure.ts';
import { allItems, collect } from './paging.ts';

/** The flags that choose endpoints, the same for every command that has targets. */
export const targetFlags = {
  all: Flags.boolean({ description: 'every endpoint', exclusive: ['endpoint'] }),
  endpoint: Flags.string({ char: 'e', multiple: true, multipleNonGreedy: true, description: 'an endpoint by name or id; may be repeated' }),
};

export type Targets = { readonly kind: 'all' } | { readonly kind: 'endpoints'; readonly ids: string[] };

/** Turns the target flags into what the API takes; a name two endpoints share is an error that lists their ids. */
export async function resolveTargets(flags: { readonly all?: boolean; readonly endpoint?: readonly string[] | undefined }): Promise<Targets> {
  if (flags.all) return { kind: 'all' };
  const named = [...new Set(flags.endpoint ?? [])];
  if (named.length === 0) throw usageFailure('No target.', 'Say --all, or --endpoint NAME (repeatable). `kanade endpoint list` shows them.');
  return { kind: 'endpoints', ids: [...new Set(await Promise.all(named.map(resolveEndpoint)))] };
}

/** The id of the one endpoint called `nameOrId`; a usage failure when there is none or more than one. */
export async function resolveEndpoint(nameOrId: string): Promise<string> {
  const named = await collect(allItems((cursor) => listEndpoints({ name: nameOrId, limit: 500, ...(cursor === undefined ? {} : { cursor }) })));
  const [only, ...others] = named;
  if (only && others.length === 0) return only.id;
  if (only) {
    const ids = named.map((endpoint) => `\n  ${endpoint.id}  ${endpoint.status}`).join('');
    throw usageFailure(`${named.length} endpoints are called ${JSON.stringify(nameOrId)}:${ids}`, 'Name the one you mean by its id.');
  }
  if (await exists(nameOrId)) return nameOrId;
  throw usageFailure(`There is no endpoint called ${JSON.stringify(nameOrId)}.`, '`kanade endpoint list` shows what there is.');
}

async function exists(id: string): Promise<boolean> {
  try {
    await getEndpoint(id);
    return true;
  } catch (error) {
    if (error instanceof ApiError && (error.code === 'not-found' || error.code === 'invalid-request')) return false;
    throw error;
  }
}
