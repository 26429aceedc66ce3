import { z } from 'zod';

interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  format?: string;
  pattern?: string;
  minimum?: number;
  exclusiveMinimum?: number;
}

/** Texts that match the contracts' patterns; a new pattern needs one here, or the spec fails. */
const texts = ['A'.repeat(43), 'a1', '1a2b3c4d', 'f'.repeat(16), 'f'.repeat(32), 'f'.repeat(64), `U${'A'.repeat(55)}`, '1a2b3c4d:42', '5m', '2026-01-31T12:00:00.000Z', 'tls://broker.example:4222'];

/** Good values of a schema, one per branch of its unions, with every optional part present. */
export function sampleOf(schema: z.ZodType): unknown[] {
  const root: unknown = z.toJSONSchema(schema);
  if (!isSchema(root)) throw new Error('zod wrote no schema');
  return samples(root, root);
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null;
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value);
}

function samples(schema: Schema, root: Schema): unknown[] {
  if (schema.$ref !== undefined) return samples(root.$defs?.[schema.$ref.replace('#/$defs/', '')] ?? {}, root);
  if (schema.const !== undefined) return [schema.const];
  if (schema.enum !== undefined) return [schema.enum[0]];
  const branches = schema.oneOf ?? schema.anyOf;
  if (branches !== undefined) return branches.flatMap((branch) => samples(branch, root));
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'object') return objects(schema, root);
  if (type === 'array') return samples(schema.items ?? {}, root).map((item) => [item]);
  if (type === 'string') return [text(schema)];
  if (type === 'integer' || type === 'number') return [Math.max(schema.minimum ?? 1, (schema.exclusiveMinimum ?? 0) + 1)];
  if (type === 'boolean') return [true];
  return [null];
}

function objects(schema: Schema, root: Schema): unknown[] {
  if (schema.properties === undefined) {
    return typeof schema.additionalProperties === 'object' ? samples(schema.additionalProperties, root).map((value) => ({ KEY: value })) : [{}];
  }
  const parts = Object.entries(schema.properties).map(([key, part]) => ({ key, values: samples(part, root) }));
  const count = Math.max(...parts.map(({ values }) => values.length));
  return Array.from({ length: count }, (_, index) => Object.fromEntries(parts.map(({ key, values }) => [key, values[index % values.length]])));
}

function text({ pattern }: Schema): string {
  if (pattern === undefined) return 'text';
  const found = texts.find((candidate) => new RegExp(pattern, 'u').test(candidate));
  if (found === undefined) throw new Error(`no sample text matches ${pattern}`);
  return found;
}

const wrong: readonly unknown[] = [null, true, false, 0, -1, 1, 1.5, 1e300, '', 'a', 'A', 'a b', '*', '>', 'é', 'x'.repeat(70_000), [], [null], {}, { kind: 'none' }];

/** The value itself, and it with each part in turn removed, replaced by something else, or given an unknown key or too many entries. */
export function* mutations(value: unknown): Generator<{ value: unknown; change: string }> {
  yield { value, change: 'unchanged' };
  for (const other of wrong) yield { value: other, change: `replaced by ${JSON.stringify(other).slice(0, 40)}` };
  if (isList(value)) {
    yield { value: Array.from({ length: 100_001 }, () => value[0]), change: 'too many entries' };
    for (const inner of mutations(value[0])) yield { value: [inner.value], change: `0: ${inner.change}` };
    yield { value: [...value, null], change: 'a bad second entry' };
  } else if (typeof value === 'object' && value !== null) {
    yield { value: { ...value, unknownKey: 1 }, change: 'an unknown key' };
    for (const [key, part] of Object.entries(value)) {
      yield { value: Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)), change: `${key} removed` };
      for (const inner of mutations(part)) yield { value: { ...value, [key]: inner.value }, change: `${key}: ${inner.change}` };
    }
  }
}
