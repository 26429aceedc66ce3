import { refName, type JsonSchema } from './json-schema.ts';

const plainKey = /^[A-Za-z_$][\w$]*$/;
const primitives: Readonly<Record<string, string>> = { string: 'string', integer: 'number', number: 'number', boolean: 'boolean', null: 'null' };

/** Prints the TypeScript type of a JSON Schema; what it cannot express (patterns, limits) is left to the validator. */
export function printType(schema: JsonSchema, indent = ''): string {
  const named = refName(schema);
  if (named !== undefined) return named;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const branches = schema.oneOf ?? schema.anyOf;
  if (branches !== undefined) return branches.map((branch) => printType(branch, indent)).join(' | ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => printType({ type }, indent)).join(' | ');
  if (schema.type === 'array') return printArray(schema, indent);
  if (schema.type === 'object') return printObject(schema, indent);
  return primitives[schema.type ?? ''] ?? 'unknown';
}

function printArray(schema: JsonSchema, indent: string): string {
  const item = printType(schema.items ?? {}, indent);
  return item.includes(' | ') ? `(${item})[]` : `${item}[]`;
}

function printObject(schema: JsonSchema, indent: string): string {
  const { properties, additionalProperties } = schema;
  if (properties === undefined || Object.keys(properties).length === 0) {
    return typeof additionalProperties === 'object' ? `Record<string, ${printType(additionalProperties, indent)}>` : 'Record<string, never>';
  }
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([key, value]) => {
    const name = plainKey.test(key) ? key : JSON.stringify(key);
    const type = printType(value, inner);
    return schema.required?.includes(key) === true ? `${inner}${name}: ${type};` : `${inner}${name}?: ${type} | undefined;`;
  });
  return ['{', ...lines, `${indent}}`].join('\n');
}
