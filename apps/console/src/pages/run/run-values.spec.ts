import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shells } from '../../api/choices.ts';
import type { Execute } from '../../api/types.ts';
import { durationMs, emptyRun, faultsOf, hasOptions, requestOf, valuesOf } from './run-values.ts';

const good = { ...emptyRun, script: 'uname -a' };

describe('faultsOf', () => {
  it.each([
    ['an empty script', { script: ' \n' }, { script: { key: 'script' } }],
    ['a script of more than 256 KiB', { script: '夜'.repeat(90_000) }, { script: { key: 'scriptTooLarge' } }],
    ['a time limit without a unit', { timeout: '15' }, { timeout: { key: 'duration' } }],
    ['a time limit of more than a week', { timeout: '8d' }, { timeout: { key: 'timeoutTooLong' } }],
    ['an expiry in words', { expiresIn: 'tomorrow' }, { expiresIn: { key: 'duration' } }],
    ['a variable without a name', { env: [{ name: '', value: '' }, { name: '', value: '1' }] }, { 'env.1.name': { key: 'envName' } }],
    ['a variable with a name that is none', { env: [{ name: '1A', value: '' }] }, { 'env.0.name': { key: 'envName' } }],
    ['a variable that stands there twice', { env: [{ name: 'A', value: '1' }, { name: 'A', value: '2' }] }, { 'env.1.name': { key: 'envTwice', name: 'A' } }],
    ['an argument that is too long', { arguments: ['', 'x'.repeat(8001)] }, { 'arguments.1': { key: 'argument' } }],
    ['too many arguments', { arguments: Array.from({ length: 101 }, () => 'x') }, { 'arguments.100': { key: 'arguments' } }],
    ['a directory that is no path', { cwd: 'x'.repeat(1001) }, { cwd: { key: 'cwd' } }],
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
    const env = [{ name: 'A', value: 'x=y\n' }, { name: 'B', value: '' }, { name: '', value: '' }];
    const values = { ...good, arguments: ['--all', '', 'two\nlines '], env, timeout: ' 30s ', expiresIn: '1h' };
    expect(requestOf(values, ['e1', 'e2'])).toEqual({
      targets: { kind: 'endpoints', ids: ['e1', 'e2'] },
      what: {
        kind: 'script',
        execute: { shell: 'sh', script: 'uname -a', timeout: '30s', runAs: 'system', env: { A: 'x=y\n', B: '' }, arguments: ['--all', '', 'two\nlines '] },
      },
      expiresIn: '1h',
      supersede: false,
    });
  });

  it('sends a job by its id alone', () => {
    expect(requestOf({ ...emptyRun, kind: 'job', jobId: 'hello' }, ['e1']).what).toEqual({ kind: 'job', jobId: 'hello' });
  });

  it('makes the very same request again from whatever was executed', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 });
    const execute: fc.Arbitrary<Execute> = fc
      .record({
        execute: fc.record({
          shell: fc.constantFrom(...shells),
          script: fc.string({ minLength: 1 }),
          timeout: fc.integer({ min: 1, max: 604_800_000 }).map((ms) => `${ms}ms`),
          runAs: fc.constantFrom('system' as const, 'user' as const),
          env: fc.dictionary(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,9}$/), fc.oneof(text, fc.constantFrom('', 'two\nlines', 'a=b', ' \r\n '))),
          arguments: fc.array(fc.oneof(text, fc.constantFrom('', 'two\nlines', '\r', ' ')), { maxLength: 100 }),
        }),
        cwd: fc.option(fc.string({ minLength: 1, maxLength: 60 }), { nil: undefined }),
      })
      .map(({ execute: all, cwd }) => ({ ...all, ...(cwd === undefined ? {} : { cwd }) }));
    fc.assert(
      fc.property(execute, (executed) => {
        expect(requestOf(valuesOf(executed), ['e1']).what).toEqual({ kind: 'script', execute: executed });
        const { script: _script, ...faults } = faultsOf(valuesOf(executed));
        expect(faults).toEqual({});
      }),
    );
  });
});

describe('hasOptions', () => {
  it('is true for anything but what an empty form holds', () => {
    expect(hasOptions(good)).toBe(false);
    for (const option of [{ cwd: '/' }, { runAs: 'user' as const }, { arguments: [''] }, { timeout: '1m' }, { env: [{ name: 'A', value: '' }] }]) {
      expect(hasOptions({ ...good, ...option })).toBe(true);
    }
  });
});

describe('durationMs', () => {
  it.each([['500ms', 500], ['30s', 30_000], ['7d', 604_800_000], ['0s', undefined], ['1.5h', undefined], ['', undefined]])('reads %s', (text, value) => {
    expect(durationMs(text)).toBe(value);
  });
});
