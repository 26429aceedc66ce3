import { manifestSchema } from '@kanade/contracts';
import { z } from 'zod';
import { allSchemas, parts } from './catalog.ts';
import type { GeneratedFile } from './generated-file.ts';
import { standaloneSchema, type JsonSchema } from './json-schema.ts';

const folder = 'libs/messages/schemas';

/** One JSON Schema file per message, and the one with which editors complete `job.yaml`. */
export function messageSchemas(definitions: Record<string, JsonSchema>): GeneratedFile[] {
  const partNames = new Set(parts.map(({ name }) => name));
  const files = allSchemas
    .filter(({ name }) => !partNames.has(name))
    .map(({ name }) => jsonFile(`${kebab(name)}.schema.json`, standaloneSchema(name, definitions)));
  return [...files, jsonFile('job-manifest.schema.json', manifestJsonSchema())];
}

function manifestJsonSchema(): unknown {
  return z.toJSONSchema(manifestSchema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema !== manifestSchema.shape.execute) return;
      // The rule zod checks in code, in words an editor understands.
      jsonSchema.oneOf = [{ required: ['script'] }, { required: ['scriptFile'] }];
    },
  });
}

function jsonFile(name: string, content: unknown): GeneratedFile {
  return { path: `${folder}/${name}`, text: `${JSON.stringify(content, null, 2)}\n` };
}

function kebab(name: string): string {
  return name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();
}
