import { spawn } from 'node:child_process';

/** Runs a program to its end with its output kept; never throws: a program that cannot be started has code 127. */
export const capture = (command, args, options = {}) =>
  new Promise((done) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    const output = () => Buffer.concat(chunks).toString('utf8');
    child.once('error', (error) => done({ code: 127, output: error.message }));
    child.once('close', (code) => done({ code: code ?? 1, output: output() }));
  });

/**
 * Runs a program in the foreground and resolves with its exit code, passing each signal on exactly once.
 *
 * The child leads its own process group, because a Ctrl-C at a terminal reaches every process of the group, and npm
 * passes it on as well: the child would be told two or three times, and a second request to stop usually means "now".
 * The IPC channel tells the child when this process was killed outright. When npm was, this process notices by its new
 * parent and stops too. (The npm scripts say `exec` because their shell would keep a signal npm passes on to itself.)
 */
export const foreground = (command, args, options = {}) =>
  new Promise((done, fail) => {
    const child = spawn(command, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], detached: true, ...options });
    let lastForwarded = 0;
    const forward = (signal) => {
      const now = Date.now();
      if (now - lastForwarded < 500) return;
      lastForwarded = now;
      child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.env.npm_lifecycle_event !== undefined && process.ppid !== parent) forward('SIGTERM');
    }, 1000);
    const settle = (finish) => {
      clearInterval(watch);
      for (const signal of signals) process.off(signal, forward);
      finish();
    };
    child.once('error', (error) => settle(() => fail(error)));
    child.once('exit', (code, signal) => settle(() => done(code ?? (signal === 'SIGINT' ? 130 : 143))));
  });

/** Calls `tick` with the seconds gone by every `everyMs` while the work lasts, so that a slow step is seen to be alive. */
export const withProgress = async (work, tick, everyMs = 10_000) => {
  const started = Date.now();
  const timer = setInterval(() => tick(Math.round((Date.now() - started) / 1000)), everyMs);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
};
