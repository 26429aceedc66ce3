import { describe, expect, it } from 'vitest';
import { failedFiles } from './reports.mjs';
import { collect, failedSteps, mustRunAll } from './summary.mjs';

const test = (status, fullName) => ({ status, fullName });
const file = (name, ...assertionResults) => ({ name, status: assertionResults.some(({ status }) => status === 'failed') ? 'failed' : 'passed', assertionResults });
const report = (...testResults) => ({ success: testResults.every(({ status }) => status === 'passed'), testResults });
const of = (name, content) => ({ project: '/apps/x', name, report: content });
const unloadable = { name: 'b.spec.ts', status: 'failed', assertionResults: [] };

describe('the counts a run ends with', () => {
  it('sums the reports of every package', () => {
    const passing = report(file('a.spec.ts', test('passed', 'one'), test('skipped', 'two'), test('todo', 'three')));
    expect(collect([of('test', passing), { ...of('test', passing), project: '/libs/y' }])).toEqual({
      passed: ['one', 'one'], failed: [], skipped: ['two', 'three', 'two', 'three'], unsteady: [],
    });
  });

  it('counts a file that could not be loaded as one failure', () => {
    expect(collect([of('test', report(unloadable))]).failed).toEqual(['b.spec.ts as a whole']);
  });

  it('counts a failed lint as a failure of its own', () => {
    expect(failedSteps([{ name: 'lint', ok: false, tests: false }], ['a test'])).toEqual(['the step "lint"']);
  });

  it('does not count failed tests and their step twice', () => {
    expect(failedSteps([{ name: 'tests', ok: false, tests: true }], ['a test'])).toEqual([]);
  });

  it('still fails when a test step died without a report', () => {
    expect(failedSteps([{ name: 'tests', ok: false, tests: true }], [])).toEqual(['the step "tests"']);
  });
});

describe('a file that is run again', () => {
  const first = report(file('a.spec.ts', test('passed', 'one'), test('failed', 'two')), file('b.spec.ts', test('passed', 'three')));

  it('is each with a failed test, or that did not load', () => {
    expect(failedFiles(first)).toEqual(['a.spec.ts']);
    expect(failedFiles(report(file('a.spec.ts', test('passed', 'one')), unloadable))).toEqual(['b.spec.ts']);
  });

  it('is every one when something failed outside all tests', () => {
    expect(failedFiles({ ...report(file('a.spec.ts', test('passed', 'one'))), success: false })).toEqual(['a.spec.ts']);
    expect(failedFiles(report(file('a.spec.ts', test('passed', 'one'))))).toEqual([]);
  });

  it('counts by what it gave then, and its tests are named as unsteady', () => {
    const again = report(file('a.spec.ts', test('passed', 'one'), test('passed', 'two')));
    expect(collect([of('e2e', first), of('e2e-again', again)])).toEqual({ passed: ['one', 'two', 'three'], failed: [], skipped: [], unsteady: ['two'] });
  });

  it('is failed when it fails again', () => {
    const again = report(file('a.spec.ts', test('failed', 'one'), test('failed', 'two')));
    expect(collect([of('e2e', first), of('e2e-again', again)])).toEqual({ passed: ['three'], failed: ['one', 'two'], skipped: [], unsteady: [] });
  });
});

describe('skipped tests', () => {
  it('fail the run on CI, where everything they need is installed, and nowhere else', () => {
    const here = { ci: true, platform: 'linux', isRoot: true, hasApt: true };
    expect(mustRunAll(here)).toBe(true);
    for (const other of [{ ci: false }, { platform: 'darwin' }, { isRoot: false }, { hasApt: false }]) expect(mustRunAll({ ...here, ...other })).toBe(false);
  });
});
