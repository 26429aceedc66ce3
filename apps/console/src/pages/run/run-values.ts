import type { CreateExecutionRequest, Execute, Shell } from '../../api/types.ts';

/** What stands in the fields of the run form. */
export interface RunValues {
  readonly kind: 'script' | 'job';
  readonly jobId: string | null;
  readonly shell: Shell;
  readonly script: string;
  /** One argument per line. */
  readonly argumentLines: string;
  /** `NAME=value`, one per line. */
  readonly envLines: string;
  readonly timeout: string;
  readonly expiresIn: string;
}

/** What is wrong with a field: a key of the `invalid` texts and what they name. */
export interface Fault {
  readonly key: 'script' | 'job' | 'duration' | 'timeoutTooLong' | 'argument' | 'arguments' | 'envLine' | 'envTwice' | 'scriptTooLarge';
  readonly line?: number;
  readonly name?: string;
}

export type Faults = Partial<Record<'script' | 'jobId' | 'argumentLines' | 'envLines' | 'timeout' | 'expiresIn', Fault>>;

export const emptyRun: RunValues = {
  kind: 'script',
  jobId: null,
  shell: 'sh',
  script: '',
  argumentLines: '',
  envLines: '',
  timeout: '15m',
  expiresIn: '24h',
};

const maxScriptBytes = 256 * 1024;
const maxTimeoutMs = 7 * 86_400_000;
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const envLine = /^([A-Za-z_][A-Za-z0-9_]{0,127})=(.*)$/;

/** Milliseconds of `500ms`, `30s`, `15m`, `24h`, `7d`; undefined for anything else. */
export function durationMs(text: string): number | undefined {
  const match = /^([1-9][0-9]{0,8})(ms|s|m|h|d)$/.exec(text.trim());
  const unit = unitMs[match?.[2] ?? ''];
  return match?.[1] === undefined || unit === undefined ? undefined : Number(match[1]) * unit;
}

const linesOf = (text: string) => text.split('\n').map((line) => line.replace(/\r$/, ''));
const argumentsOf = (text: string) => linesOf(text).filter((line) => line !== '');

function faultOfEnv(text: string): Fault | undefined {
  const names = new Set<string>();
  for (const [index, line] of linesOf(text).entries()) {
    if (line.trim() === '') continue;
    const name = envLine.exec(line)?.[1];
    if (name === undefined) return { key: 'envLine', line: index + 1 };
    if (names.has(name)) return { key: 'envTwice', name };
    names.add(name);
  }
  return undefined;
}

function faultOfArguments(text: string): Fault | undefined {
  const values = argumentsOf(text);
  if (values.length > 100) return { key: 'arguments' };
  return values.some((value) => value.length > 8000) ? { key: 'argument' } : undefined;
}

function faultOfScript(script: string): Fault | undefined {
  if (script.trim() === '') return { key: 'script' };
  return new TextEncoder().encode(script).byteLength > maxScriptBytes ? { key: 'scriptTooLarge' } : undefined;
}

function faultOfTimeout(text: string): Fault | undefined {
  const timeout = durationMs(text);
  if (timeout === undefined) return { key: 'duration' };
  return timeout > maxTimeoutMs ? { key: 'timeoutTooLong' } : undefined;
}

/** What must be mended before anything can be sent; the server checks the same again. */
export function faultsOf(values: RunValues): Faults {
  const expiresIn: Fault | undefined = durationMs(values.expiresIn) === undefined ? { key: 'duration' } : undefined;
  const found: Record<string, Fault | undefined> =
    values.kind === 'job'
      ? { jobId: values.jobId === null ? { key: 'job' } : undefined, expiresIn }
      : {
          script: faultOfScript(values.script),
          argumentLines: faultOfArguments(values.argumentLines),
          envLines: faultOfEnv(values.envLines),
          timeout: faultOfTimeout(values.timeout),
          expiresIn,
        };
  return Object.fromEntries(Object.entries(found).filter(([, fault]) => fault !== undefined));
}

function envOf(text: string): Record<string, string> {
  const pairs = linesOf(text).map((line) => envLine.exec(line));
  return Object.fromEntries(pairs.flatMap((match) => (match?.[1] === undefined ? [] : [[match[1], match[2] ?? '']])));
}

/** The request for values without a fault. `ids` are exactly the endpoints that were shown. */
export function requestOf(values: RunValues, ids: string[]): CreateExecutionRequest {
  const what: CreateExecutionRequest['what'] =
    values.kind === 'job'
      ? { kind: 'job', jobId: values.jobId ?? '' }
      : {
          kind: 'script',
          execute: {
            shell: values.shell,
            script: values.script,
            timeout: values.timeout.trim(),
            runAs: 'system',
            env: envOf(values.envLines),
            arguments: argumentsOf(values.argumentLines),
          },
        };
  return { targets: { kind: 'endpoints', ids }, what, expiresIn: values.expiresIn.trim(), supersede: false };
}

/** The fields as they would have to be filled to run the same again. */
export function valuesOf(execute: Execute): RunValues {
  return {
    ...emptyRun,
    shell: execute.shell,
    script: execute.script,
    timeout: execute.timeout,
    argumentLines: execute.arguments.join('\n'),
    envLines: Object.entries(execute.env).map(([name, value]) => `${name}=${value}`).join('\n'),
  };
}
