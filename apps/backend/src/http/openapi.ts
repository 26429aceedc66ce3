import type { INestApplication } from '@nestjs/common';
import { liveMessageSchema, liveRequestSchema, problemSchema } from '@kanade/contracts';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import { sessionCookieName } from '../accounts/session-cookie.ts';
import { version } from '../version.ts';
import { problemKinds } from './problem-kinds.ts';
import { convertSchema } from './schema-converter.ts';

const description = [
  'The control plane of kanade. Every write answers with the position of the event it made; give it as `minPosition` to a read to see it.',
  'Errors are `application/problem+json` with a stable `code`.',
].join(' ');

function header() {
  return new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('kanade')
    .setDescription(description)
    .setVersion(version)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addCookieAuth(sessionCookieName, { type: 'apiKey', in: 'cookie', description: 'Made by createSession; httpOnly.' }, 'session')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'kanade_…', description: 'Made by createToken.' }, 'token')
    .build();
}

/** What no operation answers, but every client reads: problems, and what goes over `/api/v1/live`. */
function extraSchemas() {
  return [problemSchema, liveRequestSchema, liveMessageSchema].reduce<Record<string, object>>(
    (all, schema) => ({ ...all, ...convertSchema(schema, 'output')?.components }),
    {},
  );
}

/** What every operation that is not only asked answers to a body it did not want, whether or not it reads one. */
function addBodyProblems(paths: OpenAPIObject['paths']): void {
  for (const { post, put, patch, delete: remove } of Object.values(paths)) {
    for (const operation of [post, put, patch, remove]) {
      if (operation === undefined) continue;
      for (const code of ['too-large', 'unsupported-media-type'] as const) {
        const { status, title } = problemKinds[code];
        operation.responses[status] ??= { description: `\`${code}\`: ${title}.`, content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } };
      }
    }
  }
}

/** The OpenAPI 3.1 document of the running (or previewed) application, keys in a stable order. */
export function buildOpenApi(app: INestApplication): OpenAPIObject {
  const document = SwaggerModule.createDocument(app, header(), {
    standardSchemaConverter: (schema, { schemaType }) => convertSchema(schema, schemaType),
  });
  addBodyProblems(document.paths);
  const schemas = { ...document.components?.schemas, ...extraSchemas() };
  const sorted = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
  const paths = Object.fromEntries(Object.entries(document.paths).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { ...document, paths, components: { ...document.components, schemas: sorted } };
}
