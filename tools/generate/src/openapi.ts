import type { JsonSchema } from './json-schema.ts';

/** The part of an OpenAPI 3.1 document the client is made from. */
export interface OpenApiDocument {
  readonly paths: Record<string, Partial<Record<HttpMethod, OpenApiOperation>>>;
  readonly components: { readonly schemas: Record<string, JsonSchema> };
}

const httpMethods = ['get', 'put', 'post', 'delete', 'patch'] as const;
type HttpMethod = (typeof httpMethods)[number];
type Content = Record<string, { readonly schema?: JsonSchema }>;

interface OpenApiOperation {
  readonly operationId: string;
  readonly summary?: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean; readonly description?: string; readonly schema: JsonSchema }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Record<string, { readonly content?: Content }>;
}

/** One operation of the API, as the client offers it. */
export interface ApiOperation {
  readonly id: string;
  readonly summary: string;
  readonly method: string;
  readonly path: string;
  readonly pathParameters: readonly { readonly name: string; readonly schema: JsonSchema }[];
  readonly query: JsonSchema | undefined;
  readonly body: JsonSchema | undefined;
  /** What a good answer holds: a JSON document, bytes, or nothing. */
  readonly answer: { readonly kind: 'json'; readonly schema: JsonSchema } | { readonly kind: 'bytes' } | { readonly kind: 'nothing' };
}

/** Reads an OpenAPI document; throws when it is none. */
export function parseOpenApi(text: string): OpenApiDocument {
  const value: unknown = JSON.parse(text);
  if (!isDocument(value)) throw new Error('the backend wrote no OpenAPI 3.1 document');
  return value;
}

function isDocument(value: unknown): value is OpenApiDocument {
  return typeof value === 'object' && value !== null && 'openapi' in value && String(value.openapi).startsWith('3.1') && 'paths' in value && 'components' in value;
}

/** One that answers with a redirect is for browsers to go to, and for no client to call. */
const isForBrowsers = ({ responses }: OpenApiOperation): boolean => '302' in responses;

/** Every operation a client can call, in the document's order. */
export function operationsOf(document: OpenApiDocument): ApiOperation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    httpMethods.flatMap((method) => {
      const operation = methods[method];
      return operation === undefined || isForBrowsers(operation) ? [] : [toOperation(path, method, operation)];
    }),
  );
}

function toOperation(path: string, method: string, operation: OpenApiOperation): ApiOperation {
  const parameters = operation.parameters ?? [];
  const query = parameters.filter((parameter) => parameter.in === 'query');
  return {
    id: operation.operationId,
    summary: operation.summary ?? operation.operationId,
    method: method.toUpperCase(),
    path,
    pathParameters: parameters.filter((parameter) => parameter.in === 'path'),
    query: query.length === 0 ? undefined : {
      type: 'object',
      properties: Object.fromEntries(query.map(({ name, schema }) => [name, schema])),
      required: query.filter(({ required }) => required === true).map(({ name }) => name),
    },
    body: operation.requestBody?.content['application/json']?.schema,
    answer: answerOf(operation),
  };
}

function answerOf({ operationId, responses }: OpenApiOperation): ApiOperation['answer'] {
  const success = Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1];
  if (success === undefined) throw new Error(`${operationId} has no successful answer`);
  const types = Object.keys(success.content ?? {});
  if (types.length === 0) return { kind: 'nothing' };
  const schema = success.content?.['application/json']?.schema;
  return schema === undefined ? { kind: 'bytes' } : { kind: 'json', schema };
}
