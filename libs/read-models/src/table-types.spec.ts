import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { renderReadModelTypes, renderTableTypes } from './table-types.ts';

it('the generated table types are those of the tables', () => {
  expect(readFileSync(join(import.meta.dirname, 'generated/tables.ts'), 'utf8')).toBe(renderReadModelTypes());
});

it('columns become types: nullable, defaulted, named by a comment', () => {
  const text = renderTableTypes(["CREATE TABLE things (\n  key INTEGER PRIMARY KEY,\n  name TEXT,\n  shell TEXT NOT NULL, -- Shell\n  count INTEGER NOT NULL DEFAULT 0\n) STRICT;"]);
  expect(text).toContain('export interface ThingsTable {\n  key: Generated<number>;\n  name: string | null;\n  shell: Shell;\n  count: Generated<number>;\n}');
});
