import { Injectable } from '@nestjs/common';
import { defaultSite } from '@kanade/contracts';
import type { Principal } from '../accounts/principal.ts';
import { DomainError } from '../domain-error.ts';
import { siteKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { isVisible } from '../projections/scoped.ts';

/** Which names are sites; from the record, not the read model: one made a moment ago counts. */
@Injectable()
export class KnownSites {
  constructor(private readonly log: ControlLog) {}

  /** Throws invalid-request, naming each part of the request that names a site there is not, or not for this principal. */
  async check(principal: Principal, named: readonly { readonly site: string; readonly path: string }[]): Promise<void> {
    const known = new Map<string, boolean>();
    for (const { site } of named) known.set(site, known.get(site) ?? (isVisible(principal, site) && (await this.exists(site))));
    const errors = named.filter(({ site }) => known.get(site) !== true).map(({ site, path }) => ({ path, message: `there is no site ${site}; kanade site list shows them, kanade site create ${site} makes it` }));
    if (errors.length > 0) throw new DomainError('invalid-request', errors.length === 1 ? (errors[0]?.message ?? '') : `${errors.length} of the sites do not exist`, { errors });
  }

  private async exists(site: string): Promise<boolean> {
    return site === defaultSite || (await this.log.load(siteKind, site)).state.exists;
  }
}
