import { z } from 'zod';

type JsonSchema = z.core.JSONSchema.BaseSchema;

interface Converted {
  readonly schema: JsonSchema;
  readonly components: Readonly<Record<string, JsonSchema>>;
}

const anyObject = z.record(z.string(), z.unknown());

/** Drops what only zod needs to say: its exact pattern of a time, and that numbers end where JavaScript's do. */
function tidy({ jsonSchema: made }: { jsonSchema: JsonSchema }): void {
  if (made.format === 'date-time') delete made.pattern;
  if (made.maximum === Number.MAX_SAFE_INTEGER) delete made.maximum;
  if (made.minimum === Number.MIN_SAFE_INTEGER) delete made.minimum;
  delete made.id;
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  // 2020-12 is what OpenAPI 3.1 speaks; the converter's own default is 3.0.
  const { $schema: _dialect, ...made } = z.toJSONSchema(schema, { io, target: 'draft-2020-12', override: tidy });
  return made;
}

/** A default makes a key optional on the way in only; a name that is used both ways then needs two shapes. */
function renamer(schema: z.ZodType, definitions: Readonly<Record<string, JsonSchema>>, io: 'input' | 'output') {
  if (io === 'output') return (name: string) => name;
  const output = jsonSchema(schema, 'output').$defs ?? {};
  const differs = (name: string) => JSON.stringify(definitions[name]) !== JSON.stringify(output[name]);
  return (name: string) => (!name.endsWith('Request') && differs(name) ? `${name}Input` : name);
}

/** Turns a zod schema into OpenAPI 3.1: everything with an id becomes a component, once, and is referred to by name. */
export function convertSchema(schema: unknown, io: 'input' | 'output'): Converted | undefined {
  if (!(schema instanceof z.ZodType)) return undefined;
  const { $defs: definitions = {}, ...root } = jsonSchema(schema, io);
  const rename = renamer(schema, definitions, io);
  const point = (part: JsonSchema): JsonSchema =>
    anyObject.parse(
      JSON.parse(JSON.stringify(part).replace(/"#\/\$defs\/(\w+)"/g, (_all, name: string) => `"#/components/schemas/${rename(name)}"`)),
    );
  const components = Object.fromEntries(Object.entries(definitions).map(([name, definition]) => [rename(name), point(definition)]));
  return { schema: point(root), components };
}
