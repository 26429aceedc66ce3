import { refName, type JsonSchema } from './json-schema.ts';

/** The check of a value without parts: a TypeScript condition over `x`, and what to say when it does not hold. */
export interface LeafTest {
  readonly condition: string;
  readonly message: string;
}

/** Constants the conditions share: each pattern once, whatever schemas use it. */
export class Patterns {
  readonly #names = new Map<string, string>();

  nameOf(pattern: string): string {
    const known = this.#names.get(pattern);
    if (known !== undefined) return known;
    const name = `pattern${this.#names.size + 1}`;
    this.#names.set(pattern, name);
    return name;
  }

  declarations(): string[] {
    return [...this.#names].map(([pattern, name]) => `const ${name} = new RegExp(${JSON.stringify(pattern)}, 'u');`);
  }
}

/** The condition of a schema without parts, or `undefined` for objects, arrays and unions of them. */
export function leafTest(schema: JsonSchema, x: string, definitions: Record<string, JsonSchema>, patterns: Patterns): LeafTest | undefined {
  const named = refName(schema);
  if (named !== undefined) return leafTest(definitions[named] ?? {}, x, definitions, patterns);
  if (schema.const !== undefined) return equalTo([schema.const], x);
  if (schema.enum !== undefined) return equalTo(schema.enum, x);
  const branches = schema.anyOf ?? typeBranches(schema);
  if (branches !== undefined) return eitherOf(branches.map((branch) => leafTest(branch, x, definitions, patterns)));
  if (schema.type === 'string') return stringTest(schema, x, patterns);
  if (schema.type === 'integer' || schema.type === 'number') return numberTest(schema, x);
  if (schema.type === 'boolean') return { condition: `typeof ${x} === 'boolean'`, message: 'must be true or false' };
  if (schema.type === 'null') return { condition: `${x} === null`, message: 'must be null' };
  return undefined;
}

function typeBranches(schema: JsonSchema): JsonSchema[] | undefined {
  if (!Array.isArray(schema.type)) return undefined;
  return schema.type.map((type) => (type === 'null' ? { type } : { ...schema, type }));
}

function eitherOf(tests: readonly (LeafTest | undefined)[]): LeafTest | undefined {
  const known = tests.filter((test) => test !== undefined);
  if (known.length !== tests.length) return undefined;
  return {
    condition: `(${known.map(({ condition }) => `(${condition})`).join(' || ')})`,
    message: known.map(({ message }) => message).join(' or ').replaceAll(' or must be ', ' or '),
  };
}

function equalTo(values: readonly unknown[], x: string): LeafTest {
  const texts = values.map((value) => JSON.stringify(value));
  const condition = texts.map((text) => `${x} === ${text}`).join(' || ');
  return { condition: values.length > 1 ? `(${condition})` : condition, message: `must be ${values.length > 1 ? 'one of ' : ''}${texts.join(', ')}` };
}

function stringTest(schema: JsonSchema, x: string, patterns: Patterns): LeafTest {
  const { minLength, maxLength, pattern } = schema;
  const conditions = [`typeof ${x} === 'string'`];
  const rules: string[] = [];
  if (typeof minLength === 'number') {
    conditions.push(`${x}.length >= ${minLength}`);
    rules.push(`at least ${minLength}`);
  }
  if (typeof maxLength === 'number') {
    conditions.push(`${x}.length <= ${maxLength}`);
    rules.push(`at most ${maxLength}`);
  }
  const length = rules.length > 0 ? ` of ${rules.join(' and ')} characters` : '';
  if (typeof pattern !== 'string') return { condition: conditions.join(' && '), message: `must be text${length}` };
  conditions.push(`${patterns.nameOf(pattern)}.test(${x})`);
  const shape = schema['format'] === 'date-time' ? 'must be an RFC 3339 time in UTC' : `must be text like ${pattern}`;
  return { condition: conditions.join(' && '), message: `${shape}${length}` };
}

function numberTest(schema: JsonSchema, x: string): LeafTest {
  const whole = schema.type === 'integer';
  const conditions = [whole ? `typeof ${x} === 'number' && Number.isSafeInteger(${x})` : `typeof ${x} === 'number' && Number.isFinite(${x})`];
  const rules: string[] = [];
  for (const [keyword, operator, words] of limits) {
    const limit = schema[keyword];
    // Whole numbers are safe ones anyway.
    if (typeof limit !== 'number' || (whole && Math.abs(limit) === Number.MAX_SAFE_INTEGER)) continue;
    conditions.push(`${x} ${operator} ${limit}`);
    rules.push(`${words} ${limit}`);
  }
  return { condition: conditions.join(' && '), message: `must be a ${whole ? 'whole ' : ''}number${rules.length > 0 ? ` ${rules.join(' and ')}` : ''}` };
}

const limits = [
  ['minimum', '>=', 'of at least'],
  ['maximum', '<=', 'of at most'],
  ['exclusiveMinimum', '>', 'above'],
  ['exclusiveMaximum', '<', 'below'],
] as const;
