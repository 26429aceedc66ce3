import type { LaunchRequest } from '../sandbox.ts';

/** Descriptors a keeper is started with, beside its own standard three. */
export const channelFd = 3;
export const scriptStdoutFd = 4;
export const scriptStderrFd = 5;

/** What the agent tells a keeper: one `launch`, then any of the others. The channel's end without `release` means the agent is gone. */
export type KeeperOrder = { readonly order: 'launch'; readonly request: LaunchRequest } | { readonly order: 'terminate' | 'kill' | 'release' };

/** What a keeper tells the agent, in this sequence: started, ended, cleared; or not-started alone. */
export type KeeperReport =
  | { readonly report: 'started' }
  | { readonly report: 'not-started'; readonly code: string; readonly message: string }
  | { readonly report: 'ended'; readonly exitCode: number | null; readonly signal: string | null }
  | { readonly report: 'cleared'; readonly left: number };

export const encodeLine = (message: KeeperOrder | KeeperReport): string => `${JSON.stringify(message)}\n`;

/** Feeds whole lines to `take`, however the bytes were cut. */
export function lineReader(take: (line: string) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  return (chunk) => {
    let rest = chunk;
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      take(Buffer.concat([...parts, rest.subarray(0, end)]).toString('utf8'));
      parts = [];
      rest = rest.subarray(end + 1);
    }
    if (rest.length > 0) parts.push(rest);
  };
}

/** Throws when the line is none the agent writes. */
export function parseOrder(line: string): KeeperOrder {
  const value = asRecord(JSON.parse(line));
  switch (value['order']) {
    case 'terminate':
    case 'kill':
    case 'release':
      return { order: value['order'] };
    case 'launch':
      return { order: 'launch', request: parseRequest(asRecord(value['request'])) };
    default:
      throw new TypeError('unknown order');
  }
}

/** Throws when the line is none a keeper writes. */
export function parseReport(line: string): KeeperReport {
  const value = asRecord(JSON.parse(line));
  switch (value['report']) {
    case 'started':
      return { report: 'started' };
    case 'not-started':
      return { report: 'not-started', code: asText(value['code']), message: asText(value['message']) };
    case 'ended':
      return { report: 'ended', exitCode: orNull(value['exitCode'], asNumber), signal: orNull(value['signal'], asText) };
    case 'cleared':
      return { report: 'cleared', left: asNumber(value['left']) };
    default:
      throw new TypeError('unknown report');
  }
}

function parseRequest(value: Record<string, unknown>): LaunchRequest {
  const list = value['arguments'];
  if (!Array.isArray(list)) throw new TypeError('arguments must be a list');
  return {
    runId: asText(value['runId']),
    stagingFolder: asText(value['stagingFolder']),
    executable: asText(value['executable']),
    arguments: list.map(asText),
    environment: Object.fromEntries(Object.entries(asRecord(value['environment'])).map(([name, text]) => [name, asText(text)])),
    cwd: asText(value['cwd']),
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new TypeError('an object was expected');
  return Object.fromEntries(Object.entries(value));
}

function asText(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('a text was expected');
  return value;
}

function asNumber(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError('a number was expected');
  return value;
}

function orNull<Result>(value: unknown, parse: (value: unknown) => Result): Result | null {
  return value === null ? null : parse(value);
}
