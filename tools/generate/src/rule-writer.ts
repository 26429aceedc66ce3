import { leafTest, Patterns } from './leaf-test.ts';
import { refName, type JsonSchema } from './json-schema.ts';

const supported = new Set([
  '$ref', 'type', 'const', 'enum', 'properties', 'required', 'additionalProperties', 'propertyNames', 'items', 'minItems', 'maxItems',
  'anyOf', 'oneOf', 'discriminator', 'minLength', 'maxLength', 'pattern', 'format', 'minimum', 'maximum', 'exclusiveMinimum',
  'exclusiveMaximum', 'description', 'title',
]);

/**
 * Writes each schema as a plain function that finds the first problem of a value. Libraries that do the same write forty
 * times the code for every keyword there is, which an agent would hold in memory; the contracts use these few.
 */
export class RuleWriter {
  readonly #definitions: Record<string, JsonSchema>;
  readonly #patterns = new Patterns();
  readonly #functions = new Map<string, string>();

  constructor(definitions: Record<string, JsonSchema>) {
    this.#definitions = definitions;
  }

  /** Writes the rule of a named schema, and of all it refers to; returns the function's name. */
  rule(name: string): string {
    return this.#ruleOf(this.#definitions[name] ?? {}, `rule${name}`);
  }

  /** All that was written, patterns first. */
  source(): string {
    return [...this.#patterns.declarations(), ...this.#functions.values()].join('\n');
  }

  #ruleOf(schema: JsonSchema, functionName: string): string {
    if (this.#functions.has(functionName)) return functionName;
    for (const keyword of Object.keys(schema)) {
      if (!supported.has(keyword)) throw new Error(`${functionName}: the generator does not know the keyword ${keyword}`);
    }
    // Reserves the place before the parts are written, so that a schema that refers to itself ends.
    this.#functions.set(functionName, '');
    const body = this.#body(schema, functionName).map((line) => `  ${line}`);
    const returns = schema.discriminator !== undefined || /^ +return /.test(body.at(-1) ?? '');
    this.#functions.set(functionName, [`function ${functionName}(v: unknown): Problem {`, ...body, ...(returns ? [] : ['  return undefined;']), '}'].join('\n'));
    return functionName;
  }

  #body(schema: JsonSchema, path: string): string[] {
    const leaf = leafTest(schema, 'v', this.#definitions, this.#patterns);
    if (leaf !== undefined) return [`if (!(${leaf.condition})) return ${JSON.stringify(`: ${leaf.message}`)};`];
    if (schema.discriminator !== undefined) return this.#tagged(schema, schema.discriminator.propertyName, path);
    const branches = schema.anyOf ?? schema.oneOf;
    if (branches !== undefined) return this.#anyOf(branches, path);
    if (schema.type === 'array') return this.#array(schema, path);
    if (schema.type === 'object') return schema.properties === undefined ? this.#record(schema, path) : this.#object(schema, schema.properties, path);
    return [];
  }

  /** A statement that returns the problem of the value `x`, put under `key`. */
  #part(schema: JsonSchema, x: string, path: string, wrap: (problem: string) => string): string {
    const leaf = leafTest(schema, x, this.#definitions, this.#patterns);
    if (leaf !== undefined) return `if (!(${leaf.condition})) return ${wrap(JSON.stringify(`: ${leaf.message}`))};`;
    const named = refName(schema);
    const rule = named === undefined ? this.#ruleOf(schema, path) : this.rule(named);
    return `p = ${rule}(${x}); if (p !== undefined) return ${wrap('p')};`;
  }

  #object(schema: JsonSchema, properties: Record<string, JsonSchema>, path: string): string[] {
    const statements = Object.entries(properties).flatMap(([key, part]) => this.#property(schema, key, part, path));
    const known = Object.keys(properties).map((key) => `k !== ${JSON.stringify(key)}`).join(' && ');
    return [
      "if (!isObject(v)) return ': must be an object';",
      ...(schema.additionalProperties === false ? [`for (const k in v) if (${known}) return unknownKey(k);`] : []),
      ...(statements.some((line) => line.includes('p = ')) ? ['let p: Problem;'] : []),
      'let x: unknown;',
      ...statements,
    ];
  }

  #property(schema: JsonSchema, key: string, part: JsonSchema, path: string): string[] {
    const text = JSON.stringify(key);
    const required = schema.required?.includes(key) === true;
    const read = `x = v[${text}];`;
    if (isAnything(part)) return required ? [read, `if (x === undefined) return property(${text}, x, '');`] : [];
    const statement = this.#part(part, 'x', path + pascal(key), (problem) => `property(${text}, x, ${problem})`);
    return [read, required ? statement : `if (x !== undefined) { ${statement} }`];
  }

  #record(schema: JsonSchema, path: string): string[] {
    const rest = schema.additionalProperties;
    const lines = ["if (!isObject(v)) return ': must be an object';"];
    const inner: string[] = [];
    if (schema.propertyNames !== undefined) inner.push(this.#part(schema.propertyNames, 'k', `${path}Key`, (problem) => `under(k, ${problem})`));
    if (typeof rest === 'object' && !isAnything(rest)) inner.push(this.#part(rest, 'x', `${path}Value`, (problem) => `under(k, ${problem})`));
    if (inner.length === 0) return lines;
    const declaration = inner.some((line) => line.startsWith('p = ')) ? ['let p: Problem;'] : [];
    return [...lines, ...declaration, 'for (const k in v) {', '  const x = v[k];', ...inner.map((line) => `  ${line}`), '}'];
  }

  #array(schema: JsonSchema, path: string): string[] {
    const { minItems, maxItems, items } = schema;
    const lines = ["if (!Array.isArray(v)) return ': must be a list';"];
    if (typeof minItems === 'number') lines.push(`if (v.length < ${minItems}) return ': must have at least ${minItems} entries';`);
    if (typeof maxItems === 'number') lines.push(`if (v.length > ${maxItems}) return ': must have at most ${maxItems} entries';`);
    if (items === undefined || isAnything(items)) return lines;
    const part = this.#part(items, 'x', `${path}Item`, (problem) => `under(i, ${problem})`);
    const declaration = part.startsWith('p = ') ? ['let p: Problem;'] : [];
    return [...lines, ...declaration, 'for (let i = 0; i < v.length; i += 1) {', '  const x: unknown = v[i];', `  ${part}`, '}'];
  }

  #tagged(schema: JsonSchema, tag: string, path: string): string[] {
    const branches = schema.oneOf ?? [];
    const cases = branches.map((branch, index) => {
      const named = refName(branch);
      const target = named === undefined ? branch : (this.#definitions[named] ?? {});
      const rule = named === undefined ? this.#ruleOf(branch, `${path}${index + 1}`) : this.rule(named);
      return { value: JSON.stringify(target.properties?.[tag]?.const), rule };
    });
    const text = JSON.stringify(tag);
    return [
      "if (!isObject(v)) return ': must be an object';",
      `switch (v[${text}]) {`,
      ...cases.map(({ value, rule }) => `  case ${value}: return ${rule}(v);`),
      `  default: return unknownTag(${text}, v[${text}], ${JSON.stringify(cases.map(({ value }) => value).join(', '))});`,
      '}',
    ];
  }

  #anyOf(branches: readonly JsonSchema[], path: string): string[] {
    const problems = branches.map((branch, index) => {
      const named = refName(branch);
      return named === undefined ? this.#ruleOf(branch, `${path}${index + 1}`) : this.rule(named);
    });
    const [first = '', ...others] = problems;
    return [`const p = ${first}(v);`, 'if (p === undefined) return undefined;', ...others.map((rule) => `if (${rule}(v) === undefined) return undefined;`), 'return p;'];
  }
}

function isAnything(schema: JsonSchema): boolean {
  return Object.keys(schema).every((key) => key === 'description' || key === 'title');
}

function pascal(key: string): string {
  return key.charAt(0).toUpperCase() + key.slice(1);
}
