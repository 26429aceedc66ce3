import { Flags } from '@oclif/core';
import { resolveEndpoint } from './targets.ts';

/** The flag that chooses events by who asked for them. */
export const operatorFlag = Flags.string({ description: 'only what this person or token asked for (user name, account/ID or token/ID)' });

/** The flags that choose events. */
export const eventFilterFlags = {
  type: Flags.string({ description: 'only this type, e.g. kanade.run.finished.v1' }),
  endpoint: Flags.string({ char: 'e', description: 'only what concerns this endpoint (name or id)' }),
  execution: Flags.string({ description: 'only what belongs to this execution' }),
  operator: operatorFlag,
  poisoned: Flags.boolean({ description: 'only what could not be folded' }),
};

/** The filter flags as the API takes them. */
export async function filterOf(flags: {
  readonly type?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly execution?: string | undefined;
  readonly operator?: string | undefined;
  readonly poisoned: boolean;
}): Promise<{ type?: string; endpointId?: string; executionId?: string; principal?: string; status?: 'poison' }> {
  return {
    ...(flags.type === undefined ? {} : { type: flags.type }),
    ...(flags.endpoint === undefined ? {} : { endpointId: await resolveEndpoint(flags.endpoint) }),
    ...(flags.execution === undefined ? {} : { executionId: flags.execution }),
    ...(flags.operator === undefined ? {} : { principal: flags.operator }),
    ...(flags.poisoned ? { status: 'poison' } : {}),
  };
}
