import { Flags } from '@oclif/core';
import { pastFlags } from './past-flags.ts';

/** The flags of every list. */
export const pageFlags = {
  ...pastFlags,
  limit: Flags.integer({ description: 'how many at most', default: 50, min: 1, max: 500 }),
  cursor: Flags.string({ description: 'where the page before ended' }),
};

/** The page flags as the API takes them. */
export function pageOf(flags: { readonly limit: number; readonly cursor?: string | undefined }): { limit: number; cursor?: string } {
  return { limit: flags.limit, ...(flags.cursor === undefined ? {} : { cursor: flags.cursor }) };
}
