import { allSchemas } from './catalog.ts';
import type { GeneratedFile } from './generated-file.ts';
import { jsonSchemaDefinitions } from './json-schema.ts';
import { messageSchemas } from './message-schemas.ts';
import { messageTypes } from './message-types.ts';
import { messageValidators } from './message-validators.ts';

/** The folders of `@kanade/messages` that hold nothing but generated files. */
export const messageFolders = ['libs/messages/src/generated', 'libs/messages/schemas'] as const;

/** Everything `@kanade/messages` gets from the contracts. */
export function generateMessages(): GeneratedFile[] {
  assertUniqueNames();
  const definitions = jsonSchemaDefinitions(allSchemas);
  return [messageTypes(definitions), messageValidators(definitions), ...messageSchemas(definitions)];
}

/** Two schemas of one name would silently replace each other. */
function assertUniqueNames(): void {
  const seen = new Set<string>();
  for (const { name } of allSchemas) {
    if (seen.has(name)) throw new Error(`two schemas are named ${name}`);
    seen.add(name);
  }
}
