import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { node, root } from './paths.mjs';
import { againEnding, failedFiles, readReports } from './reports.mjs';
import { foreground } from './run.mjs';
import { say } from './say.mjs';

/** More failed files than these are no accident, and are not run again. */
const mostFiles = 3;
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');

const configOf = (name) => (name === 'test' ? 'vitest.config.ts' : `vitest.${name}.config.ts`);

/** Packages whose tests left no report: what happened in them is not known. */
const withoutReport = (reports, name) => {
  const known = new Set(reports.filter((report) => report.name === name).map(({ project }) => project));
  return ['apps', 'libs', 'tools']
    .flatMap((group) => readdirSync(join(root, group)).map((folder) => join(root, group, folder)))
    .filter((project) => existsSync(join(project, configOf(name))) && !known.has(project));
};

/**
 * Runs the files of a failed step once more, alone, where they are few; true when everything in them held then. Tests over real processes can
 * fail once on a machine that is busy with something else: they do not refuse a change, but are named in the last lines of the run.
 */
export const runAgain = async (name, env) => {
  const reports = readReports().filter((report) => report.name === name);
  const failed = reports.map((report) => ({ ...report, files: failedFiles(report.report) })).filter(({ files }) => files.length > 0);
  const count = failed.reduce((sum, { files }) => sum + files.length, 0);
  if (count === 0 || count > mostFiles || withoutReport(reports, name).length > 0) return false;
  let held = true;
  for (const { project, files } of failed) {
    say(`\n── once more: ${files.map((file) => relative(root, file)).join(', ')}`);
    const report = `--outputFile.json=${join(project, 'test-results', `${name}${againEnding}.json`)}`;
    const command = [vitest, 'run', '--config', configOf(name), '--reporter=default', '--reporter=json', report, ...files];
    const code = await foreground(node, command, { cwd: project, env });
    held &&= code === 0;
  }
  return held;
};
