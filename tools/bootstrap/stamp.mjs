import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { node, root } from './paths.mjs';

const file = join(root, 'node_modules', '.kanade-installed');

/** What the installed packages depend on: the lock file, and the machine whose native files were chosen. */
const fingerprint = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(`${process.platform}-${process.arch}`)
    .digest('hex');

export const isInstalled = () => existsSync(node) && existsSync(file) && readFileSync(file, 'utf8') === fingerprint();

export const markInstalled = () => {
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(file, fingerprint());
};

// npm runs this file after every install of the workspace, so that one made by hand counts as well.
if (process.argv[1] === fileURLToPath(import.meta.url)) markInstalled();
