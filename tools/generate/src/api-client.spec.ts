import { describe, expect, it } from 'vitest';
import { generateApiClient } from './api-client.ts';

const ok = (schema: object) => ({ 200: { description: '', content: { 'application/json': { schema } } } });
const thing = { $ref: '#/components/schemas/Thing' };
const document = {
  openapi: '3.1.0',
  paths: {
    '/things/{thingId}': {
      get: {
        operationId: 'getThing',
        summary: 'One thing.',
        parameters: [
          { name: 'thingId', in: 'path', required: true, schema: { type: 'string' } },
          { name: 'at', in: 'query', schema: { type: 'string' } },
          { name: 'Idempotency-Key', in: 'header', schema: { type: 'string' } },
        ],
        responses: ok(thing),
      },
      put: { operationId: 'putThing', parameters: [{ name: 'thingId', in: 'path', required: true, schema: { type: 'string' } }], requestBody: { content: { 'application/json': { schema: thing } } }, responses: { 204: { description: '' } } },
    },
    '/bytes': { get: { operationId: 'getBytes', responses: { 200: { description: '', content: { 'application/octet-stream': {} } } } } },
  },
  components: { schemas: { Thing: { type: 'object', properties: { name: { type: 'string' }, size: { type: ['integer', 'null'] } }, required: ['name'] } } },
};

const [types, operations] = generateApiClient(JSON.stringify(document)).map(({ text }) => text);

describe('the generated client', () => {
  it('has a type per schema and per set of query parameters', () => {
    expect(types).toContain('export type Thing = {\n  name: string;\n  size?: number | null | undefined;\n};');
    expect(types).toContain('export type GetThingQuery = {\n  at?: string | undefined;\n};');
  });

  it('has a function per operation: path, body, query, options', () => {
    expect(operations).toContain('/** One thing. */\nexport function getThing(thingId: string, query?: types.GetThingQuery, options?: RequestOptions): Promise<types.Thing>');
    expect(operations).toContain("requestJson({ method: 'GET', path: `/things/${encodeURIComponent(thingId)}`, query, isDated: true, options })");
    expect(operations).toContain('export function putThing(thingId: string, body: types.Thing, options?: RequestOptions): Promise<void>');
    expect(operations).toContain('export function getBytes(options?: RequestOptions): Promise<Response>');
  });

  it('is not made from something else', () => {
    expect(() => generateApiClient('{"swagger":"2.0"}')).toThrow('no OpenAPI 3.1 document');
  });
});
