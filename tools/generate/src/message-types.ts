import { allSchemas, controlEvents, endpointEvents, type TypedSchema } from './catalog.ts';
import { generatedNotice, type GeneratedFile } from './generated-file.ts';
import { printType } from './type-printer.ts';
import type { JsonSchema } from './json-schema.ts';

/** Writes the plain types of every message: what `z.infer` would give, without zod in the reader's program. */
export function messageTypes(definitions: Record<string, JsonSchema>): GeneratedFile {
  const types = allSchemas.map(({ name }) => `export type ${name} = ${printType(definitions[name] ?? {})};`);
  const union = (name: string, comment: string, members: readonly TypedSchema[]) =>
    `/** ${comment} */\nexport type ${name} =\n${members.map((member) => `  | ${member.name}`).join('\n')};`;
  return {
    path: 'libs/messages/src/generated/types.ts',
    text: [
      generatedNotice,
      ...types,
      union('EndpointEvent', 'What an endpoint may write to its own subject.', endpointEvents),
      union('ControlEvent', 'What the backend writes, signed with its control key.', controlEvents),
      'export type KanadeEvent = EndpointEvent | ControlEvent;',
      "export type EventType = KanadeEvent['type'];",
      "/** The event of one type: `EventOf<'kanade.run.finished.v1'>`. */",
      'export type EventOf<Type extends EventType> = Extract<KanadeEvent, { type: Type }>;',
      '',
    ].join('\n\n'),
  };
}
