import { ApiError, UnreachableError } from './errors.ts';
import { toApiError } from './problem.ts';

/** Where the API is and how requests are signed in: with a bearer token, or in a browser with its session cookie. */
export interface ApiConfiguration {
  /** Such as `http://127.0.0.1:8080`; empty in a browser that got its page from there. */
  readonly baseUrl: string;
  readonly token?: string | undefined;
  /** Headers of every request: what the client says of itself. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Another `fetch`, such as one with a client certificate. */
  readonly fetch?: typeof fetch | undefined;
}

/** What a single request may carry besides its own parameters. */
export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** One request of the generated functions. */
export interface ApiRequest {
  readonly method: string;
  /** Path from the root, its parameters filled in and encoded. */
  readonly path: string;
  readonly query?: object | undefined;
  /** Takes `at`: answers as of a moment of the past, too. */
  readonly isDated?: boolean;
  readonly body?: unknown;
  readonly options?: RequestOptions | undefined;
}

let configuration: ApiConfiguration = { baseUrl: '' };

/** Says where the API is, for every request from now on. */
export function configureApi(next: ApiConfiguration): void {
  configuration = { ...next, baseUrl: next.baseUrl.replace(/\/+$/, '') };
}

let moment: string | undefined;

/** Has everything that can be asked of the past answered as of a moment (a position, or an RFC 3339 time) from now on; undefined: of the present. */
export function readAsOf(at: string | undefined): void {
  moment = at;
}

/** Sends a request whose answer is JSON; throws ApiError for a refusal and UnreachableError when nobody answers. */
export async function requestJson<Result>(request: ApiRequest): Promise<Result> {
  const response = await requestRaw(request);
  const answer: unknown = await response.json().catch((cause: unknown) => {
    throw new UnreachableError(configuration.baseUrl, cause);
  });
  if (!isAnswer<Result>(answer)) throw new ApiError({ code: 'unknown', status: response.status, message: 'The server answered without an answer' });
  return answer;
}

/** Sends a request whose answer has no body. */
export async function requestNothing(request: ApiRequest): Promise<void> {
  const response = await requestRaw(request);
  await response.body?.cancel();
}

/** Sends a request and hands back the successful answer itself, for bytes and headers. */
export async function requestRaw({ method, path, query, isDated = false, body, options }: ApiRequest): Promise<Response> {
  const { baseUrl, token, headers: always, fetch: send = fetch } = configuration;
  const headers = {
    ...always,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...options?.headers,
  };
  const response = await send(`${baseUrl}${path}${queryString(isDated ? { at: moment, ...query } : query)}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(options?.signal === undefined ? {} : { signal: options.signal }),
  }).catch((cause: unknown) => {
    if (options?.signal?.aborted === true) throw cause;
    throw new UnreachableError(baseUrl, cause);
  });
  if (!response.ok) throw await toApiError(response);
  return response;
}

/** The shape is not looked at again: server and client are generated from the same contract. */
function isAnswer<Result>(value: unknown): value is Result {
  return value !== undefined && value !== null;
}

function queryString(query: object | undefined): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null) parameters.append(key, String(value));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}
