import { defaultSite } from '@kanade/contracts';
import { prepareGet, prepareWrite } from '../sqlite/statements.ts';
import type { Connection } from '../sqlite/open.ts';

const maxExecutions = 10_000;

/** Finds internal keys by public ids, and remembers them; after a rollback everything remembered is forgotten. */
export class Keys {
  private readonly endpoints = new Map<string, number>();
  private readonly executions = new Map<string, number>();
  private readonly sites = new Map<string, number>();
  private readonly siteNames = new Map<number, string>();
  /** The site each endpoint belongs to now. */
  private readonly siteOfEndpoint = new Map<number, number>();
  private readonly findSite: (args: { name: string }) => { key: number } | undefined;
  private readonly addSite: (args: { name: string }) => number;
  private readonly findSiteName: (args: { key: number }) => { name: string } | undefined;
  private readonly findSiteOf: (args: { key: number }) => { site: string } | undefined;
  private readonly findEndpoint: (args: { id: string }) => { key: number } | undefined;
  private readonly findExecution: (args: { id: string }) => { key: number } | undefined;

  constructor(connection: Connection) {
    this.findEndpoint = prepareGet(connection, (query, parameter) =>
      query.selectFrom('endpoints').select('key').where('id', '=', parameter('id')));
    this.findExecution = prepareGet(connection, (query, parameter) =>
      query.selectFrom('executions').select('key').where('id', '=', parameter('id')));
    this.findSite = prepareGet(connection, (query, parameter) => query.selectFrom('sites').select('key').where('name', '=', parameter('name')));
    this.findSiteName = prepareGet(connection, (query, parameter) => query.selectFrom('sites').select('name').where('key', '=', parameter('key')));
    this.addSite = prepareWrite(connection, (query, parameter) => query.insertInto('sites').values({ name: parameter('name'), listed: 0 }));
    this.findSiteOf = prepareGet(connection, (query, parameter) => query.selectFrom('endpoints').select('site').where('key', '=', parameter('key')));
  }

  /** The key of a site, which it has from the first time it is named. */
  site(name: string): number {
    const known = this.sites.get(name) ?? this.findSite({ name })?.key;
    if (known === undefined) {
      this.addSite({ name });
      return this.site(name);
    }
    this.sites.set(name, known);
    return known;
  }

  /** The name of a site by its key. */
  siteName(key: number): string {
    const known = this.siteNames.get(key) ?? this.findSiteName({ key })?.name;
    if (known === undefined) throw new Error(`there is no site ${key}`);
    this.siteNames.set(key, known);
    return known;
  }

  /** The key of the site an endpoint belongs to now. */
  siteOf(endpointKey: number): number {
    const known = this.siteOfEndpoint.get(endpointKey);
    if (known !== undefined) return known;
    const found = this.site(this.findSiteOf({ key: endpointKey })?.site ?? defaultSite);
    this.siteOfEndpoint.set(endpointKey, found);
    return found;
  }

  /** An endpoint belongs to another site from here on. */
  moved(endpointKey: number): void {
    this.siteOfEndpoint.delete(endpointKey);
  }

  endpoint(id: string): number | undefined {
    const known = this.endpoints.get(id);
    if (known !== undefined) return known;
    const found = this.findEndpoint({ id })?.key;
    if (found !== undefined) this.endpoints.set(id, found);
    return found;
  }

  execution(id: string): number | undefined {
    const known = this.executions.get(id);
    if (known !== undefined) return known;
    const found = this.findExecution({ id })?.key;
    if (found === undefined) return undefined;
    if (this.executions.size >= maxExecutions) this.executions.clear();
    this.executions.set(id, found);
    return found;
  }

  /** An execution is no longer kept. */
  trimmed(executionId: string): void {
    this.executions.delete(executionId);
  }

  forget(): void {
    this.endpoints.clear();
    this.executions.clear();
    this.sites.clear();
    this.siteNames.clear();
    this.siteOfEndpoint.clear();
  }
}
