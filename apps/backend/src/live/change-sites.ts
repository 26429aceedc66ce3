import { build } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';

/** To which sites what changed belongs, by name; looked up once, and only where somebody watches who may not see all. */
export class ChangeSites {
  private readonly found = new Map<string, readonly string[]>();

  /** `reader` is undefined while the read model is not open: what cannot be looked up belongs to nobody. */
  constructor(private readonly reader: Reader | undefined) {}

  /** The sites of a row that changed; undefined for what everybody may know of. */
  of(kind: string, id: string): readonly string[] | undefined {
    if (kind === 'job') return undefined;
    if (kind === 'site') return [id];
    if (kind === 'endpoint') return this.endpoint(id);
    return kind === 'execution' ? this.execution(id) : [];
  }

  endpoint(id: string): readonly string[] {
    return this.once(`endpoint ${id}`, (reader) => reader.all(build.selectFrom('endpoints').select('site').where('id', '=', id)).map(({ site }) => site));
  }

  private execution(id: string): readonly string[] {
    return this.once(`execution ${id}`, (reader) =>
      reader
        .all(
          build
            .selectFrom('executions')
            .innerJoin('executionSites', 'executionSites.executionKey', 'executions.key')
            .innerJoin('sites', 'sites.key', 'executionSites.siteKey')
            .select('sites.name')
            .where('executions.id', '=', id),
        )
        .map(({ name }) => name));
  }

  private once(what: string, read: (reader: Reader) => readonly string[]): readonly string[] {
    const known = this.found.get(what) ?? (this.reader === undefined ? [] : read(this.reader));
    this.found.set(what, known);
    return known;
  }
}
