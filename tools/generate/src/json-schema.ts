import { z } from 'zod';
import type { NamedSchema } from './catalog.ts';

/** The part of JSON Schema (draft 2020-12) that zod writes and the generators read. */
export interface JsonSchema {
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  propertyNames?: JsonSchema;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  discriminator?: { propertyName: string };
  description?: string;
  [keyword: string]: unknown;
}

const draft = 'https://json-schema.org/draft/2020-12/schema';
const reference = /^#\/(?:\$defs|components\/schemas)\/(\w+)$/;

/** Writes the named schemas as one `$defs`, each referring to the others by name. */
export function jsonSchemaDefinitions(schemas: readonly NamedSchema[]): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const { name, schema } of schemas) registry.add(schema, { id: name });
  const written = z.toJSONSchema(registry, { uri: (id) => `#/$defs/${id}` }).schemas;
  const definitions: Record<string, JsonSchema> = {};
  for (const { name } of schemas) {
    const schema: unknown = written[name];
    if (!isJsonSchema(schema)) throw new Error(`zod wrote no schema for ${name}`);
    const { $schema: _draft, $id: _id, id: _name, ...definition } = schema;
    definitions[name] = withDiscriminators(definition, definitions);
  }
  return definitions;
}

function isJsonSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null;
}

/** A schema that stands alone: the named definition with all it refers to. */
export function standaloneSchema(name: string, definitions: Record<string, JsonSchema>): JsonSchema {
  const needed = new Set<string>();
  const collect = (schema: JsonSchema) => visit(schema, (part) => {
    const target = refName(part);
    if (target === undefined || needed.has(target)) return;
    needed.add(target);
    collect(definitions[target] ?? {});
  });
  const root = definitions[name] ?? {};
  collect(root);
  const $defs = Object.fromEntries([...needed].sort().map((id) => [id, definitions[id] ?? {}]));
  return { $schema: draft, title: name, ...root, ...(needed.size > 0 ? { $defs } : {}) };
}

/** The name behind `#/$defs/<name>` or, in an OpenAPI document, `#/components/schemas/<name>`. */
export function refName(schema: JsonSchema): string | undefined {
  return schema.$ref === undefined ? undefined : reference.exec(schema.$ref)?.[1];
}

/** Calls `see` for a schema and every schema inside it. */
export function visit(schema: JsonSchema, see: (part: JsonSchema) => void): void {
  see(schema);
  const { additionalProperties: rest, items } = schema;
  const inner = [
    ...Object.values(schema.properties ?? {}),
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
    ...(typeof rest === 'object' ? [rest] : []),
    ...(items === undefined ? [] : [items]),
  ];
  for (const part of inner) visit(part, see);
}

/** Tells unions apart by their one constant property, so that a validator looks at one branch and its error names the field. */
function withDiscriminators(schema: JsonSchema, definitions: Record<string, JsonSchema>): JsonSchema {
  visit(schema, (part) => {
    if (part.propertyNames?.['pattern'] === undefined) delete part.propertyNames;
    const branches = part.oneOf ?? part.anyOf;
    if (branches === undefined) return;
    const propertyName = discriminatorOf(branches.map((branch) => definitions[refName(branch) ?? ''] ?? branch));
    if (propertyName === undefined) return;
    delete part.anyOf;
    part.oneOf = branches;
    part.type = 'object';
    part.discriminator = { propertyName };
    part.required = [propertyName];
  });
  return schema;
}

function discriminatorOf(branches: readonly JsonSchema[]): string | undefined {
  const [first, ...others] = branches;
  if (others.length === 0) return undefined;
  return Object.keys(first?.properties ?? {}).find((key) => {
    const values = branches.map((branch) => branch.properties?.[key]?.const);
    return !values.includes(undefined) && new Set(values).size === branches.length;
  });
}
