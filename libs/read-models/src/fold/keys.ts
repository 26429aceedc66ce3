import { prepareGet } from '../sqlite/statements.ts';
import type { Connection } from '../sqlite/open.ts';

const maxExecutions = 10_000;

/** Finds internal keys by public ids, and remembers them; after a rollback everything remembered is forgotten. */
export class Keys {
  private readonly endpoints = new Map<string, number>();
  private readonly executions = new Map<string, number>();
  private readonly findEndpoint: (args: { id: string }) => { key: number } | undefined;
  private readonly findExecution: (args: { id: string }) => { key: number } | undefined;

  constructor(connection: Connection) {
    this.findEndpoint = prepareGet(connection, (query, parameter) =>
      query.selectFrom('endpoints').select('key').where('id', '=', parameter('id')));
    this.findExecution = prepareGet(connection, (query, parameter) =>
      query.selectFrom('executions').select('key').where('id', '=', parameter('id')));
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

  forget(): void {
    this.endpoints.clear();
    this.executions.clear();
  }
}
