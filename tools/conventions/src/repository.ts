import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../..');

/** A file of the repository: its path from the root, and its text. */
export type RepositoryFile = { readonly path: string; readonly text: string };

const binary = /\.(png|ico|jpg|woff2?|wasm|node|gz|db)$/;

const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' });

/** Every text file that is or would be committed. */
export const files: readonly RepositoryFile[] = listed
  .split('\n')
  .filter((path) => path !== '' && !binary.test(path) && existsSync(join(root, path)))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

/** Generated files follow their generator's style, not ours. */
export const isGenerated = (path: string): boolean => /(^|\/)generated\/|\.gen\.\w+$/.test(path);

/** Code written by people. */
export const code: readonly RepositoryFile[] = files.filter(({ path }) => /\.(ts|tsx|mjs|cjs|js|rs)$/.test(path) && !isGenerated(path));

export const isSpec = (path: string): boolean => /\.(spec|e2e)\.\w+$/.test(basename(path));

/** `path:line` of every line that matches. */
export const linesMatching = (pattern: RegExp, among: readonly RepositoryFile[]): readonly string[] =>
  among.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${path}:${String(index + 1)}: ${line.trim().slice(0, 120)}`] : [])),
  );
