import type { Connection } from '../sqlite/open.ts';

/** Takes what an endpoint said of itself out of every moment of the past, when its data is erased; `name` is what is left of its names. */
export function openForgetEndpoint(connection: Connection) {
  const rename = connection.prepare<{ key: number; name: string }>(`
    UPDATE endpointsPast SET name = @name, searchName = @name, alias = NULL, searchAlias = NULL, standingReason = NULL, quarantineReason = NULL, osName = '', osVersion = '',
      osArchitecture = '', shells = '[]' WHERE "key" = @key`);
  const facets = connection.prepare<{ key: number }>('DELETE FROM facetsPast WHERE endpointKey = @key');
  const packages = connection.prepare<{ key: number }>('DELETE FROM packagesPast WHERE endpointKey = @key');
  return (key: number, name: string): void => {
    rename.run({ key, name });
    facets.run({ key });
    packages.run({ key });
  };
}
