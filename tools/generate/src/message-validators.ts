import { createHash } from 'node:crypto';
import { controlEvents, endpointEvents, messages, type TypedSchema } from './catalog.ts';
import { generatedNotice, type GeneratedFile } from './generated-file.ts';
import type { JsonSchema } from './json-schema.ts';
import { RuleWriter } from './rule-writer.ts';

const validated = [...endpointEvents, ...controlEvents, ...messages];

/** Writes one validator per message: plain code that needs no library at run time. */
export function messageValidators(definitions: Record<string, JsonSchema>): GeneratedFile {
  const writer = new RuleWriter(definitions);
  const exported = validated.map(({ name }) => `export const validate${name}: Validator<types.${name}> = /* @__PURE__ */ validator(${writer.rule(name)});`);
  return {
    path: 'libs/messages/src/generated/validators.ts',
    text: [
      generatedNotice,
      "import { isObject, property, under, unknownKey, unknownTag, validator, type Problem } from '../rules.ts';",
      "import type { Validator } from '../validator.ts';",
      "import type * as types from './types.ts';",
      writer.source(),
      ...exported,
      validatorMap('endpointEventValidators', 'EndpointEvent', endpointEvents),
      validatorMap('controlEventValidators', 'ControlEvent', controlEvents),
      `/** Changes whenever an event may look otherwise than before: what was folded by other rules may have to be folded anew. */\nexport const eventShapes = '${eventShapes(definitions)}';`,
      '',
    ].join('\n\n'),
  };
}

/** 16 hex digits over the rules of all events and of nothing else. */
function eventShapes(definitions: Record<string, JsonSchema>): string {
  const writer = new RuleWriter(definitions);
  const rules = [...endpointEvents, ...controlEvents].map(({ name, type }) => `${type} ${writer.rule(name)}`);
  return createHash('sha256').update([...rules, writer.source()].join('\n')).digest('hex').slice(0, 16);
}

function validatorMap(constant: string, union: string, members: readonly TypedSchema[]): string {
  const entries = members.map(({ name, type }) => `  ['${type}', validate${name}],`);
  return `export const ${constant}: ReadonlyMap<string, Validator<types.${union}>> = /* @__PURE__ */ new Map<string, Validator<types.${union}>>([\n${entries.join('\n')}\n]);`;
}
