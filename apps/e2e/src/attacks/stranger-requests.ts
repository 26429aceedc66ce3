import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const methods = ['post', 'put', 'patch', 'delete'] as const;
const documentSchema = z.object({ paths: z.record(z.string(), z.partialRecord(z.enum([...methods, 'get']), z.looseObject({ operationId: z.string(), requestBody: z.unknown().optional() }))) });

/** A mutation as an attacker would have somebody's browser send it. */
export interface Mutation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** Every mutation of the API, about things there are, with bodies that would be taken where they are given. */
export function everyMutation(things: Readonly<Record<string, string>>, bodies: Readonly<Record<string, object>>): Mutation[] {
  const { paths } = documentSchema.parse(JSON.parse(readFileSync(join(import.meta.dirname, '../../../backend/openapi.json'), 'utf8')));
  return Object.entries(paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item[method];
      if (operation === undefined) return [];
      const named = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => {
        const thing = things[name];
        if (thing === undefined) throw new Error(`nothing is known to put for {${name}} in ${path}`);
        return encodeURIComponent(thing);
      });
      return [{ operationId: operation.operationId, method: method.toUpperCase(), path: named, body: JSON.stringify(bodies[operation.operationId] ?? {}) }];
    }),
  );
}

/** The page of an attacker (attacking-page.html), which sends them to `target` in every way a page can, with the cookies the browser has. */
export function attackingPage(target: string, mutations: readonly Mutation[]): string {
  const page = readFileSync(join(import.meta.dirname, 'attacking-page.html'), 'utf8');
  return page.replace('PLAN', () => JSON.stringify({ target, mutations }).replaceAll('<', '\\u003c'));
}
