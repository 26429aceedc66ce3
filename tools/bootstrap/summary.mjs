import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './paths.mjs';
import { againEnding, readReports, withSecondRun } from './reports.mjs';

/**
 * Whether a skipped test is a failure: .ci/run installs what the tests need where it may, as root on Linux with apt, so there nothing has a
 * reason to be skipped. Elsewhere the platform may be one.
 */
export const mustRunAll = ({ ci, platform, isRoot, hasApt }) => ci && platform === 'linux' && isRoot && hasApt;

/** What the reports say, each with its second run where there was one: tests by name, and those that held only the second time. */
export const collect = (reports) => {
  const all = { passed: [], failed: [], skipped: [], unsteady: [] };
  const key = ({ project, name }) => `${project} ${name}`;
  const second = new Map(reports.filter(({ name }) => name.endsWith(againEnding)).map((one) => [key(one), one.report]));
  for (const one of reports.filter(({ name }) => !name.endsWith(againEnding))) {
    const { files, unsteady } = withSecondRun(one.report, second.get(`${key(one)}${againEnding}`));
    for (const file of files) for (const kind of ['passed', 'failed', 'skipped']) all[kind].push(...file[kind]);
    all.unsteady.push(...unsteady);
  }
  return all;
};

/** What failed beside tests: a failed step without tests, and a step of tests of which none explains it. */
export const failedSteps = (steps, failedTests) =>
  steps.filter(({ ok, tests }) => !ok && (!tests || failedTests.length === 0)).map(({ name }) => `the step "${name}"`);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { passed, failed, skipped, unsteady } = collect(readReports());
  const stepsDir = join(root, 'tmp');
  const steps = (existsSync(stepsDir) ? readdirSync(stepsDir) : [])
    .filter((name) => /^steps-\w+\.json$/.test(name))
    .flatMap((name) => JSON.parse(readFileSync(join(stepsDir, name), 'utf8')));
  failed.push(...failedSteps(steps, failed));
  // Nothing at all ran: that is a failure of the run itself.
  if (failed.length === 0 && (steps.length === 0 || passed.length === 0)) failed.push('the run as a whole: nothing was tested');
  const strict = mustRunAll({ ci: process.env.CI === 'true', platform: process.platform, isRoot: process.getuid?.() === 0, hasApt: existsSync('/usr/bin/apt-get') });
  for (const name of skipped) process.stderr.write(`skipped: ${name}\n`);
  for (const name of unsteady) process.stderr.write(`unsteady: ${name} (failed, and held when it was run again)\n`);
  for (const name of failed) process.stderr.write(`failed: ${name}\n`);
  if (strict && skipped.length > 0) process.stderr.write('kanade: nothing may be skipped here, where .ci/run installs what every test needs\n');
  process.stdout.write(`${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped\n`);
  process.exitCode = failed.length === 0 && !(strict && skipped.length > 0) ? 0 : 1;
}
