import { describe, expect, it } from 'vitest';
import { countReport, mustRunAll, skippedTests, summarise } from './summary.mjs';

const passing = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0, testResults: [] };
const failing = { ...passing, numFailedTests: 2, testResults: [{ status: 'failed', assertionResults: [{ status: 'failed' }] }] };
const unloadable = { numPassedTests: 0, numFailedTests: 0, testResults: [{ status: 'failed', assertionResults: [] }] };

describe('the counts a run ends with', () => {
  it('counts a file that could not be loaded as one failure', () => {
    expect(countReport(unloadable)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it('sums the reports of every package', () => {
    expect(summarise([passing, passing], [{ name: 'tests', ok: true, tests: true }])).toEqual({ passed: 6, failed: 0, skipped: 2 });
  });

  it('counts a failed lint as a failure of its own', () => {
    expect(summarise([passing], [{ name: 'lint', ok: false, tests: false }])).toMatchObject({ failed: 1 });
  });

  it('does not count failed tests and their step twice', () => {
    expect(summarise([failing], [{ name: 'tests', ok: false, tests: true }])).toMatchObject({ failed: 2 });
  });

  it('still fails when a test step died without a report', () => {
    expect(summarise([passing], [{ name: 'tests', ok: false, tests: true }])).toMatchObject({ failed: 1 });
  });
});

describe('skipped tests', () => {
  it('are named', () => {
    const assertionResults = ['passed', 'skipped', 'pending', 'todo', 'failed'].map((status) => ({ status, fullName: `a ${status} one` }));
    expect(skippedTests({ testResults: [{ status: 'passed', assertionResults }, { status: 'failed' }] })).toEqual(['a skipped one', 'a pending one', 'a todo one']);
  });

  it('fail the run on CI, where everything they need is installed, and nowhere else', () => {
    const here = { ci: true, platform: 'linux', isRoot: true, hasApt: true };
    expect(mustRunAll(here)).toBe(true);
    for (const other of [{ ci: false }, { platform: 'darwin' }, { isRoot: false }, { hasApt: false }]) expect(mustRunAll({ ...here, ...other })).toBe(false);
  });
});
