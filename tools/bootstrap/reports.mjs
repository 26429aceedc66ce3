import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { root } from './paths.mjs';

const inFolder = (dir) => (existsSync(dir) ? readdirSync(dir).map((name) => join(dir, name)) : []);
/** A report of test files that were run a second time is kept beside the first, under this ending. */
export const againEnding = '-again';

/** Every Vitest JSON report that the last runs left, with the package and the configuration it is of. */
export const readReports = () =>
  ['apps', 'libs', 'tools']
    .flatMap((group) => inFolder(join(root, group)))
    .flatMap((folder) => inFolder(join(folder, 'test-results')))
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({ file, project: dirname(dirname(file)), name: basename(file, '.json'), report: JSON.parse(readFileSync(file, 'utf8')) }));

const of = (tests, ...wanted) => tests.filter(({ status }) => wanted.includes(status)).map(({ fullName }) => fullName);

/** What a report says of one test file; one that could not even be loaded has no tests, and counts as one failure. */
const readFileResult = ({ name, status, assertionResults = [] }) => {
  const failed = of(assertionResults, 'failed');
  return {
    name,
    passed: of(assertionResults, 'passed'),
    failed: status === 'failed' && failed.length === 0 ? [`${name} as a whole`] : failed,
    skipped: of(assertionResults, 'skipped', 'pending', 'todo'),
  };
};

/** The files of a report, each with the names of its tests by how they ended. */
export const fileResults = ({ testResults = [] }) => testResults.map(readFileResult);

/** The files of a report with a failed test; all of them when something failed that is no test's. */
export const failedFiles = (report) => {
  const files = fileResults(report);
  const failed = files.filter((file) => file.failed.length > 0);
  return (failed.length > 0 || report.success !== false ? failed : files).map(({ name }) => name);
};

/** A report with what its files gave when they were run again in the place of what they gave first, and the tests that failed only first. */
export const withSecondRun = (report, again) => {
  const first = fileResults(report);
  if (again === undefined) return { files: first, unsteady: [] };
  const second = new Map(fileResults(again).map((file) => [file.name, file]));
  const files = first.map((file) => second.get(file.name) ?? file);
  const failedTwice = new Set(files.flatMap((file) => file.failed));
  return { files, unsteady: first.filter(({ name }) => second.has(name)).flatMap((file) => file.failed).filter((name) => !failedTwice.has(name)) };
};
