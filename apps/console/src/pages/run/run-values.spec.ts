import { describe, expect, it } from 'vitest';
import { durationMs, emptyRun, faultsOf, requestOf, valuesOf } from './run-values.ts';

const good = { ...emptyRun, script: 'uname -a' };

describe('faultsOf', () => {
  it.each([
    ['an empty script', { script: ' \n' }, { script: { key: 'script' } }],
    ['a script of more than 256 KiB', { script: '夜'.repeat(90_000) }, { script: { key: 'scriptTooLarge' } }],
    ['a time limit without a unit', { timeout: '15' }, { timeout: { key: 'duration' } }],
    ['a time limit of more than a week', { timeout: '8d' }, { timeout: { key: 'timeoutTooLong' } }],
    ['an expiry in words', { expiresIn: 'tomorrow' }, { expiresIn: { key: 'duration' } }],
    ['an environment line without a value', { envLines: 'A=1\n\nB' }, { envLines: { key: 'envLine', line: 3 } }],
    ['a variable that stands there twice', { envLines: 'A=1\nA=2' }, { envLines: { key: 'envTwice', name: 'A' } }],
    ['too many arguments', { argumentLines: 'x\n'.repeat(101) }, { argumentLines: { key: 'arguments' } }],
    ['no job', { kind: 'job', script: '' }, { jobId: { key: 'job' } }],
  ] as const)('refuses %s', (_, change, faults) => {
    expect(faultsOf({ ...good, ...change })).toEqual(faults);
  });

  it('finds nothing wrong with a script, nor with a job whose script fields are empty', () => {
    expect(faultsOf(good)).toEqual({});
    expect(faultsOf({ ...emptyRun, kind: 'job', jobId: 'hello', timeout: 'x' })).toEqual({});
  });
});

describe('requestOf', () => {
  it('sends exactly the endpoints it was given, and every character of values and arguments', () => {
    const values = { ...good, argumentLines: '--all\ntwo words \r\n', envLines: 'A=x=y\nB=', timeout: ' 30s ', expiresIn: '1h' };
    expect(requestOf(values, ['e1', 'e2'])).toEqual({
      targets: { kind: 'endpoints', ids: ['e1', 'e2'] },
      what: {
        kind: 'script',
        execute: { shell: 'sh', script: 'uname -a', timeout: '30s', runAs: 'system', env: { A: 'x=y', B: '' }, arguments: ['--all', 'two words '] },
      },
      expiresIn: '1h',
      supersede: false,
    });
  });

  it('sends a job by its id alone', () => {
    expect(requestOf({ ...emptyRun, kind: 'job', jobId: 'hello' }, ['e1']).what).toEqual({ kind: 'job', jobId: 'hello' });
  });

  it('makes the same request again from what was executed', () => {
    const execute = { shell: 'bash', script: 'x', timeout: '5m', runAs: 'system', env: { A: 'b c' }, arguments: ['1', '2'] } as const;
    const { what } = requestOf(valuesOf({ ...execute, arguments: [...execute.arguments] }), ['e1']);
    expect(what).toEqual({ kind: 'script', execute });
  });
});

describe('durationMs', () => {
  it.each([['500ms', 500], ['30s', 30_000], ['7d', 604_800_000], ['0s', undefined], ['1.5h', undefined], ['', undefined]])('reads %s', (text, value) => {
    expect(durationMs(text)).toBe(value);
  });
});
