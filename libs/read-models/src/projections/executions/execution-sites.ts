import type { Session } from '../../fold/session.ts';
import { prepareGet, prepareWrite } from '../../sqlite/statements.ts';
import type { Parameter } from '../../sqlite/statements.ts';

const mostKnown = 10_000;

/** On which sites executions have runs. */
export class ExecutionSites {
  readonly #known = new Map<number, Set<number>>();
  readonly #load: (args: { executionKey: number }) => { sites: string | null } | undefined;
  readonly #add: (args: { executionKey: number; siteKey: number; position: number }) => number;
  readonly #stamp: (args: { executionKey: number; siteKey: number | null }) => number;

  constructor({ connection }: Session) {
    this.#load = prepareGet(connection, (query, parameter: Parameter<{ executionKey: number }>) =>
      query.selectFrom('executionSites').select(({ fn }) => fn<string | null>('group_concat', ['siteKey']).as('sites')).where('executionKey', '=', parameter('executionKey')));
    this.#add = prepareWrite(connection, (query, parameter: Parameter<{ executionKey: number; siteKey: number; position: number }>) =>
      query.insertInto('executionSites').values({ executionKey: parameter('executionKey'), siteKey: parameter('siteKey'), position: parameter('position') }));
    this.#stamp = prepareWrite(connection, (query, parameter: Parameter<{ executionKey: number; siteKey: number | null }>) =>
      query.updateTable('events').set({ siteKey: parameter('siteKey') }).where('position', '=', parameter('executionKey')).where('endpointKey', 'is', null));
  }

  /** An execution has a run on a site. Its request came before its targets and gets its site now, or loses it with the second one. */
  add(executionKey: number, siteKey: number, position: number): void {
    const sites = this.#of(executionKey);
    if (sites.has(siteKey)) return;
    this.#add({ executionKey, siteKey, position });
    sites.add(siteKey);
    if (sites.size <= 2) this.#stamp({ executionKey, siteKey: sites.size === 1 ? siteKey : null });
  }

  /** The one site an execution has runs on; null where there are more, or none yet. */
  only(executionKey: number): number | null {
    const sites = this.#of(executionKey);
    const [first] = sites;
    return sites.size === 1 ? (first ?? null) : null;
  }

  /** An execution is no longer kept. */
  trimmed(executionKey: number): void {
    this.#known.delete(executionKey);
  }

  /** Drops everything remembered, after a rollback. */
  forget(): void {
    this.#known.clear();
  }

  #of(executionKey: number): Set<number> {
    const known = this.#known.get(executionKey);
    if (known !== undefined) return known;
    const text = this.#load({ executionKey })?.sites ?? '';
    const loaded = new Set(text.split(',').filter((key) => key !== '').map(Number));
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.set(executionKey, loaded);
    return loaded;
  }
}
