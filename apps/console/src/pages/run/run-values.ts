import type { CreateExecutionRequest, Execute, Shell } from '../../api/types.ts';

export interface Variable {
  readonly name: string;
  readonly value: string;
}

/** What stands in the fields of the run form. */
export interface RunValues {
  readonly kind: 'script' | 'job';
  readonly jobId: string | null;
  readonly shell: Shell;
  readonly script: string;
  readonly arguments: readonly string[];
  readonly env: readonly Variable[];
  /** Empty for the run's own folder. */
  readonly cwd: string;
  readonly runAs: Execute['runAs'];
  readonly timeout: string;
  readonly expiresIn: string;
}

/** What is wrong with a field: a key of the `invalid` texts and what they name. */
export interface Fault {
  readonly key: 'script' | 'job' | 'duration' | 'timeoutTooLong' | 'argument' | 'arguments' | 'envName' | 'envTwice' | 'cwd' | 'scriptTooLarge';
  readonly name?: string;
}

/** By the path of the field, such as `script`, `arguments.2` or `env.0.name`. */
export type Faults = Readonly<Record<string, Fault>>;

export const emptyRun: RunValues = {
  kind: 'script',
  jobId: null,
  shell: 'sh',
  script: '',
  arguments: [],
  env: [],
  cwd: '',
  runAs: 'system',
  timeout: '15m',
  expiresIn: '24h',
};

const maxScriptBytes = 256 * 1024;
const maxTimeoutMs = 7 * 86_400_000;
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const maxArguments = 100;
const variableName = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/** Milliseconds of `500ms`, `30s`, `15m`, `24h`, `7d`; undefined for anything else. */
export function durationMs(text: string): number | undefined {
  const match = /^([1-9][0-9]{0,8})(ms|s|m|h|d)$/.exec(text.trim());
  const unit = unitMs[match?.[2] ?? ''];
  return match?.[1] === undefined || unit === undefined ? undefined : Number(match[1]) * unit;
}

/** A row that was added and left empty is no variable; an empty argument is one, for it was added to be one. */
const isVariable = ({ name, value }: Variable) => name !== '' || value !== '';

type Found = readonly (readonly [path: string, fault: Fault | undefined])[];

function faultsOfVariables(env: readonly Variable[]): Found {
  return env.map((variable, index) => {
    const { name } = variable;
    const isTwice = env.findIndex((other) => other.name === name) < index;
    const invalid: Fault | undefined = variableName.test(name) ? undefined : { key: 'envName' };
    return [`env.${index}.name`, isVariable(variable) ? (invalid ?? (isTwice ? { key: 'envTwice', name } : undefined)) : undefined];
  });
}

function faultsOfArguments(values: readonly string[]): Found {
  return values.map((value, index) => {
    const tooMany: Fault | undefined = index < maxArguments ? undefined : { key: 'arguments' };
    return [`arguments.${index}`, value.length > 8000 ? { key: 'argument' } : tooMany];
  });
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
  const found: Found =
    values.kind === 'job'
      ? [['jobId', values.jobId === null ? { key: 'job' } : undefined], ['expiresIn', expiresIn]]
      : [
          ['script', faultOfScript(values.script)],
          ...faultsOfArguments(values.arguments),
          ...faultsOfVariables(values.env),
          ['cwd', values.cwd.length > 1000 ? { key: 'cwd' } : undefined],
          ['timeout', faultOfTimeout(values.timeout)],
          ['expiresIn', expiresIn],
        ];
  return Object.fromEntries(found.flatMap(([path, fault]) => (fault === undefined ? [] : [[path, fault]])));
}

function executeOf(values: RunValues): Execute {
  return {
    shell: values.shell,
    script: values.script,
    timeout: values.timeout.trim(),
    runAs: values.runAs,
    ...(values.cwd === '' ? {} : { cwd: values.cwd }),
    env: Object.fromEntries(values.env.filter(isVariable).map(({ name, value }) => [name, value])),
    arguments: [...values.arguments],
  };
}

/** The request for values without a fault. `ids` are exactly the endpoints that were shown. */
export function requestOf(values: RunValues, ids: string[]): CreateExecutionRequest {
  const what: CreateExecutionRequest['what'] = values.kind === 'job' ? { kind: 'job', jobId: values.jobId ?? '' } : { kind: 'script', execute: executeOf(values) };
  return { targets: { kind: 'endpoints', ids }, what, expiresIn: values.expiresIn.trim(), supersede: false };
}

/** The fields as they would have to be filled to run the same again. */
export function valuesOf(execute: Execute): RunValues {
  return {
    ...emptyRun,
    shell: execute.shell,
    script: execute.script,
    timeout: execute.timeout,
    runAs: execute.runAs,
    cwd: execute.cwd ?? '',
    arguments: execute.arguments,
    env: Object.entries(execute.env).map(([name, value]) => ({ name, value })),
  };
}

/** Whether a script is given more than most are: what is set and not seen would run unnoticed. */
export function hasOptions({ arguments: values, env, cwd, runAs, timeout }: RunValues): boolean {
  return values.length > 0 || env.length > 0 || cwd !== '' || runAs !== emptyRun.runAs || timeout !== emptyRun.timeout;
}
