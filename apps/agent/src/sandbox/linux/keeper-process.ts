import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { libc } from '../../platform/linux/libc.ts';
import { runIdVariable } from '../sandbox.ts';
import type { LaunchRequest, ProcessEnd, ProcessTree } from '../sandbox.ts';
import { channelFd, encodeLine, lineReader, parseReport } from './keeper-channel.ts';
import type { KeeperOrder, KeeperReport } from './keeper-channel.ts';
import { sweepRuns } from './sweep.ts';

/** As much of a dying keeper's last words as fits into a reason. */
const lastWordsLength = 300;

interface KeeperStart {
  readonly keeper: ChildProcess;
  readonly stdout: Socket;
  readonly stderr: Socket;
}

/** Starts a keeper and hands it the script; throws when there are no descriptors or no memory left for one. */
export function launchKeeper(command: readonly string[], request: LaunchRequest): ProcessTree {
  const { keeper, stdout, stderr } = startKeeper(command, request.runId);
  if (keeper.pid === undefined) return unborn({ keeper, stdout, stderr });
  const started = Promise.withResolvers<undefined>();
  const ended = Promise.withResolvers<ProcessEnd>();
  const cleared = Promise.withResolvers<number>();
  const channel = keeper.stdio[channelFd];
  if (!(channel instanceof Duplex)) throw new TypeError('a keeper has no channel');
  const order = (message: KeeperOrder) => {
    if (channel.writable) channel.write(encodeLine(message));
  };

  const take = (report: KeeperReport) => {
    if (report.report === 'started') started.resolve(undefined);
    else if (report.report === 'cleared') {
      done = report.left === 0;
      cleared.resolve(report.left);
    } else if (report.report === 'ended') ended.resolve({ kind: 'exited', exitCode: report.exitCode, signal: report.signal });
    else {
      done = true;
      ended.resolve({ kind: 'not-started', code: report.code, message: report.message });
      cleared.resolve(0);
    }
  };
  const lastWords = collectLastWords(keeper);
  let done = false;
  const lost = (why: string) => {
    if (done) return;
    ended.resolve({ kind: 'guard-lost', message: `${why} ${lastWords()}`.trim() });
    void sweepRuns([request.runId]).then(() => cleared.resolve(0), () => cleared.resolve(1));
  };
  channel.on('data', lineReader((line) => take(parseReport(line))));
  // The other end is gone; 'close' of the keeper tells how.
  channel.on('error', () => undefined);
  keeper.on('error', () => undefined);
  keeper.once('close', (code, signal) => lost(`It ended with ${signal ?? `code ${code ?? '?'}`}.`));
  order({ order: 'launch', request });
  return {
    started: started.promise,
    ended: ended.promise,
    cleared: cleared.promise,
    stdout,
    stderr,
    terminate: () => order({ order: 'terminate' }),
    kill: () => order({ order: 'kill' }),
    release: () => {
      order({ order: 'release' });
      channel.end();
      stdout.destroy();
      stderr.destroy();
    },
  };
}

/** A keeper that the system did not start; without descriptors to spare it has not even streams, only its error. */
function unborn({ keeper, stdout, stderr }: KeeperStart): ProcessTree {
  const error = new Promise<Error>((resolve) => keeper.once('error', resolve));
  const nothing = () => undefined;
  return {
    started: new Promise(nothing),
    ended: error.then((cause) => ({ kind: 'not-started', code: `keeper ${'code' in cause ? String(cause.code) : ''}`.trim(), message: cause.message })),
    cleared: error.then(() => 0),
    stdout,
    stderr,
    terminate: nothing,
    kill: nothing,
    release: () => {
      stdout.destroy();
      stderr.destroy();
    },
  };
}

/**
 * Output goes through real pipes: what Node makes for a child are sockets, and a script that opens /dev/stderr, as
 * many do, gets "No such device or address" from one.
 */
function startKeeper([executable = process.execPath, ...rest]: readonly string[], runId: string): KeeperStart {
  const stdout = libc().pipe();
  try {
    const stderr = libc().pipe();
    try {
      const keeper = spawn(executable, rest, {
        cwd: '/',
        // Nothing of the agent's: what is in a keeper's environment, every process of the same user can read.
        env: { [runIdVariable]: runId },
        // Out of the agent's process group, so that Ctrl-C on a terminal does not reach scripts before the agent decides.
        detached: true,
        stdio: ['ignore', 'ignore', 'pipe', 'pipe', stdout.writeFd, stderr.writeFd],
      });
      return { keeper, stdout: reader(stdout.readFd), stderr: reader(stderr.readFd) };
    } finally {
      closeSync(stderr.writeFd);
    }
  } finally {
    closeSync(stdout.writeFd);
  }
}

const reader = (fd: number) => new Socket({ fd, readable: true, writable: false });

function collectLastWords(keeper: ChildProcess): () => string {
  let words = '';
  keeper.stderr?.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-lastWordsLength)));
  return () => words;
}
