import { sitesSchema } from '@kanade/contracts';
import type { Sites } from '@kanade/contracts';
import { build } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';

/** A secret that has a value. */
export interface KnownSecret {
  readonly name: string;
  readonly version: number;
  readonly sites: Sites;
  readonly valueId: string;
}

/** Secrets that have a value, as the checked history tells of them. */
export function knownSecrets(reader: Reader): KnownSecret[] {
  const rows = reader.all(build.selectFrom('secrets').select(['name', 'version', 'sites', 'valueId']).where('valueId', 'is not', null));
  return rows.flatMap(({ valueId, sites, ...row }) => (valueId === null ? [] : [{ ...row, valueId, sites: sitesSchema.parse(JSON.parse(sites)) }]));
}
