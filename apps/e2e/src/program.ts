import { spawn, type ChildProcess } from 'node:child_process';

/** How a program ended and everything it said. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs: what it has said so far, and its end. */
export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  said(): string;
}

/** Starts a program without a terminal; its output is kept apart and together, and `input` is all it reads. */
export function startProgram(command: string, args: readonly string[], { input, ...options }: { cwd?: string; env?: NodeJS.ProcessEnv; uid?: number; gid?: number; input?: string } = {}): Running {
  const child = spawn(command, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
  // A program that ends without reading its input tells by how it ends.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  const both: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => void (stdout.push(bytes), both.push(bytes)));
  child.stderr.on('data', (bytes: Buffer) => void (stderr.push(bytes), both.push(bytes)));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve({ code, signal, stdout: Buffer.concat(stdout).toString('utf8'), stderr: Buffer.concat(stderr).toString('utf8') }),
    );
  });
  return { process: child, ended, said: () => Buffer.concat(both).toString('utf8') };
}

/** True while a process with this id exists and has not ended. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // No such process; none of ours belongs to another user.
    return false;
  }
}
