import { generatedNotice, type GeneratedFile } from './generated-file.ts';
import { operationsOf, parseOpenApi, type ApiOperation } from './openapi.ts';
import { printType } from './type-printer.ts';

/** The folder of `@kanade/api-client` that holds nothing but generated files. */
export const apiClientFolder = 'libs/api-client/src/generated';

/** Writes the client of the HTTP API: its types, and one function per operation. */
export function generateApiClient(openApi: string): GeneratedFile[] {
  const document = parseOpenApi(openApi);
  const operations = operationsOf(document);
  const schemas = Object.entries(document.components.schemas);
  return [
    {
      path: `${apiClientFolder}/types.ts`,
      text: [
        generatedNotice,
        ...schemas.map(([name, schema]) => `${describe(schema.description)}export type ${name} = ${printType(schema)};`),
        ...operations.map(queryType).filter((type) => type !== undefined),
        '',
      ].join('\n\n'),
    },
    {
      path: `${apiClientFolder}/operations.ts`,
      text: [
        generatedNotice,
        "import { requestJson, requestNothing, requestRaw, type RequestOptions } from '../transport.ts';\nimport type * as types from './types.ts';",
        ...operations.map(operationFunction),
        '',
      ].join('\n\n'),
    },
  ];
}

function describe(text: string | undefined): string {
  return text === undefined ? '' : `/** ${text.replaceAll('*/', '* /')} */\n`;
}

function pascal(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function queryType({ id, query }: ApiOperation): string | undefined {
  return query === undefined ? undefined : `/** What ${id} may be asked with. */\nexport type ${pascal(id)}Query = ${printType(query)};`;
}

/** Types of the document are reached as `types.<Name>`, so that no operation can clash with one. */
function typeName(printed: string): string {
  return /^[A-Z]\w*$/.test(printed) ? `types.${printed}` : printed;
}

/** Path parameters first, then the body, then the query, then what any request may carry. */
function operationFunction({ id, summary, method, path, pathParameters, query, body, answer }: ApiOperation): string {
  const required = (query?.required?.length ?? 0) > 0;
  const parameters = [
    ...pathParameters.map(({ name, schema }) => `${name}: ${typeName(printType(schema))}`),
    ...(body === undefined ? [] : [`body: ${typeName(printType(body))}`]),
    ...(query === undefined ? [] : [`query${required ? '' : '?'}: types.${pascal(id)}Query`]),
    'options?: RequestOptions',
  ];
  const filled = path.replace(/\{(\w+)\}/g, '${encodeURIComponent($1)}');
  const request = [
    `method: '${method}'`,
    `path: ${filled === path ? `'${path}'` : `\`${filled}\``}`,
    ...(query === undefined ? [] : ['query']),
    ...(query?.properties?.['at'] === undefined ? [] : ['isDated: true']),
    ...(body === undefined ? [] : ['body']),
    'options',
  ];
  const [send, result] = sending(answer);
  return `/** ${summary} */\nexport function ${id}(${parameters.join(', ')}): Promise<${result}> {\n  return ${send}({ ${request.join(', ')} });\n}`;
}

function sending(answer: ApiOperation['answer']): [send: string, result: string] {
  if (answer.kind === 'bytes') return ['requestRaw', 'Response'];
  if (answer.kind === 'nothing') return ['requestNothing', 'void'];
  return ['requestJson', typeName(printType(answer.schema))];
}
