#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Runs on any Node: it only finds the right one and hands over. The flags keep an agent's memory low after a
// burst of work; they count only at the start of a process.
const flags = ['--optimize-for-size', '--max-semi-space-size=2', '--disable-warning=ExperimentalWarning'];
const here = dirname(fileURLToPath(import.meta.url));
const program = join(here, '..', 'dist', 'main.cjs');

function fail(message) {
  process.stderr.write(`kanade-agent: ${message}\n`);
  process.exit(1);
}

/** This Node, when it is new enough; else the one the workspace installed. */
function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  try {
    const installed = join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    if (existsSync(installed)) return installed;
  } catch {
    // Said below, with what to do about it.
  }
  return fail(`Node ${process.versions.node} is too old; it takes Node 24. Run npm install in the project's folder, or put Node 24 on PATH`);
}

if (!existsSync(program)) fail(`${program} is missing; run npm run build in the project's folder`);
const node = findNode();
const args = [...flags, program, ...process.argv.slice(2)];
if (typeof process.execve === 'function' && process.platform !== 'win32') {
  // In place: the supervisor's signals reach the agent itself, and no second process is left in memory.
  process.execve(node, [node, ...args], process.env);
} else {
  const agent = spawn(node, args, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => agent.kill(signal));
  agent.on('exit', (status) => process.exit(status ?? 1));
}
