import { ApiError, type FieldProblem } from './errors.ts';

/** Turns an answer that is no success into an ApiError, whether it is problem+json or a page of some proxy between. */
export async function toApiError(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  const problem = parseObject(text);
  const requestId = textOf(problem['requestId']) ?? response.headers.get('x-request-id') ?? undefined;
  return new ApiError({
    code: textOf(problem['code']) ?? 'unknown',
    status: response.status,
    message: textOf(problem['detail']) ?? textOf(problem['title']) ?? `The server answered ${response.status} ${response.statusText}`.trim(),
    requestId,
    errors: fieldProblems(problem['errors']),
  });
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function fieldProblems(value: unknown): FieldProblem[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isObject).map((field) => ({ path: textOf(field['path']) ?? '', message: textOf(field['message']) ?? '' }));
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
