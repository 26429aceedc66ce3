import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { node, nx, root } from './paths.mjs';
import { capture, withProgress } from './run.mjs';
import { SetupError, say } from './say.mjs';

const stampFile = join(root, 'node_modules', '.kanade-built');
const sources = ['apps', 'libs'];
const skipped = new Set(['node_modules', 'dist', 'out-tsc', 'coverage', 'test-results', 'tmp', 'e2e']);
const built = ['apps/backend/dist', 'apps/agent/dist', 'apps/cli/dist', 'apps/console/dist'];

const filesUnder = (dir) =>
  readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return [];
    const path = join(dir, entry.name);
    return entry.isDirectory() ? filesUnder(path) : /\.(spec|e2e)\.tsx?$/.test(entry.name) ? [] : [path];
  });

/** A digest of everything a build reads. Contents, not times: a fresh checkout of the same commit needs no new build. */
const fingerprint = () => {
  const hash = createHash('sha256');
  const files = [
    ...sources.flatMap((dir) => filesUnder(join(root, dir))),
    join(root, 'package-lock.json'),
    join(root, 'tsconfig.base.json'),
  ];
  for (const file of files.sort()) hash.update(`${relative(root, file)}\0`).update(readFileSync(file));
  return hash.digest('hex');
};

const isBuilt = (wanted) =>
  built.every((dir) => existsSync(join(root, dir))) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted;

/** Builds the apps unless nothing they are made of has changed since the last build. */
export const buildApps = async (env) => {
  const wanted = fingerprint();
  if (isBuilt(wanted)) return;
  say('kanade: building (about a minute the first time) …');
  rmSync(stampFile, { force: true });
  const { code, output } = await withProgress(
    capture(node, [nx, 'run-many', '-t', 'build', '--output-style=static'], { cwd: root, env }),
    (seconds) => say(`kanade: still building (${seconds} s) …`),
  );
  if (code !== 0) throw new SetupError('The build failed.', output.trim().split('\n').slice(-60));
  writeFileSync(stampFile, wanted);
};
