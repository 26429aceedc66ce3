import { heldGrantsSchema, sitesSchema } from '@kanade/contracts';
import { build } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';

function endpointsOf(reader: Reader, site: string): number {
  return reader.get(build.selectFrom('endpoints').select(({ fn }) => fn.countAll<number>().as('count')).where('site', '=', site).where('standing', '!=', 'retired'))?.count ?? 0;
}

function usableTokensOf(reader: Reader, site: string, now: string): number {
  return (
    reader.get(
      build
        .selectFrom('enrolmentTokens')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('site', '=', site)
        .where('revokedAt', 'is', null)
        .where('expiresAt', '>', now)
        .whereRef('uses', '<', 'maxUses'),
    )?.count ?? 0
  );
}

function accountsOn(reader: Reader, site: string): string[] {
  const rows = reader.all(build.selectFrom('accounts').select(['username', 'grants']).orderBy('username'));
  const holds = (grants: string) => heldGrantsSchema.parse(JSON.parse(grants)).some(({ sites }) => sites !== 'all' && sites.includes(site));
  return rows.filter(({ grants }) => holds(grants)).map(({ username }) => username);
}

function secretsFor(reader: Reader, site: string): string[] {
  const rows = reader.all(build.selectFrom('secrets').select(['name', 'sites']).where('valueId', 'is not', null).orderBy('name'));
  const isFor = (text: string) => {
    const sites = sitesSchema.parse(JSON.parse(text));
    return sites !== 'all' && sites.includes(site);
  };
  return rows.filter(({ sites }) => isFor(sites)).map(({ name }) => name);
}

const counted = (count: number, one: string, more: string): string => `${count} ${count === 1 ? one : more}`;

/** What still belongs to a site, in words; undefined when nothing does. A site that came back would give it to whom it was meant for before. */
export function siteUse(reader: Reader, site: string, now: string): string | undefined {
  const endpoints = endpointsOf(reader, site);
  if (endpoints > 0) return `${counted(endpoints, 'endpoint belongs', 'endpoints belong')} to it; assign another site with: kanade site assign`;
  const tokens = usableTokensOf(reader, site, now);
  if (tokens > 0) return `${counted(tokens, 'enrolment token is', 'enrolment tokens are')} for it; revoke with: kanade enrol-token revoke`;
  const secrets = secretsFor(reader, site);
  if (secrets.length > 0) return `these secrets are for it: ${secrets.join(', ')}; change that with: kanade secret set, or kanade secret delete`;
  const accounts = accountsOn(reader, site);
  return accounts.length === 0 ? undefined : `these have roles on it: ${accounts.join(', ')}; change that with: kanade user grant`;
}
