import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './paths.mjs';

const inFolder = (dir) => (existsSync(dir) ? readdirSync(dir).map((name) => join(dir, name)) : []);
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** Counts of one Vitest JSON report; a file that could not even be loaded has no tests and counts as one failure. */
export const countReport = ({ numPassedTests = 0, numFailedTests = 0, numPendingTests = 0, numTodoTests = 0, testResults = [] }) => ({
  passed: numPassedTests,
  failed:
    numFailedTests +
    testResults.filter(
      ({ status, assertionResults = [] }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
    ).length,
  skipped: numPendingTests + numTodoTests,
});

/** The full names of the tests a report says were not run. */
export const skippedTests = ({ testResults = [] }) =>
  testResults
    .flatMap(({ assertionResults = [] }) => assertionResults)
    .filter(({ status }) => ['skipped', 'pending', 'todo'].includes(status))
    .map(({ fullName }) => fullName);

/**
 * Whether a skipped test is a failure: .ci/run installs what the tests need where it may, as root on Linux with apt, so there nothing has a
 * reason to be skipped. Elsewhere the platform may be one.
 */
export const mustRunAll = ({ ci, platform, isRoot, hasApt }) => ci && platform === 'linux' && isRoot && hasApt;

/** Sums reports and steps: a failed step without tests is one failure, a test step is one only if no test explains it. */
export const summarise = (reports, steps) => {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const report of reports) {
    const counts = countReport(report);
    for (const key of Object.keys(total)) total[key] += counts[key];
  }
  const unexplained = steps.filter(({ ok, tests }) => !ok && tests).length > 0 && total.failed === 0 ? 1 : 0;
  total.failed += steps.filter(({ ok, tests }) => !ok && !tests).length + unexplained;
  return total;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const reports = ['apps', 'libs', 'tools']
    .flatMap((group) => inFolder(join(root, group)))
    .flatMap((folder) => inFolder(join(folder, 'test-results')))
    .filter((file) => file.endsWith('.json'))
    .map(readJson);
  const steps = inFolder(join(root, 'tmp'))
    .filter((file) => /steps-\w+\.json$/.test(file))
    .flatMap(readJson);
  const { passed, failed, skipped } = summarise(reports, steps);
  // Nothing at all ran: that is a failure of the run itself.
  const missing = steps.length === 0 || passed === 0 ? Math.max(failed, 1) : failed;
  const unrun = reports.flatMap(skippedTests);
  const strict = mustRunAll({ ci: process.env.CI === 'true', platform: process.platform, isRoot: process.getuid?.() === 0, hasApt: existsSync('/usr/bin/apt-get') });
  for (const name of unrun) process.stderr.write(`skipped: ${name}\n`);
  if (strict && skipped > 0) process.stderr.write('kanade: nothing may be skipped here, where .ci/run installs what every test needs\n');
  process.stdout.write(`${passed} passed, ${missing} failed, ${skipped} skipped\n`);
  process.exitCode = missing === 0 && !(strict && skipped > 0) ? 0 : 1;
}
