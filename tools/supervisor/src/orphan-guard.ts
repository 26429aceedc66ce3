import { spawn } from 'node:child_process';

/**
 * Stops the children in order when its standard input closes without an empty line before: that is, when the supervisor was
 * killed outright. A shell, because it costs a megabyte where another Node would cost forty.
 */
const script = `
trap '' INT TERM HUP
pids=
while IFS= read -r line; do pids=$line; done
for pid in $pids; do
  kill -TERM "$pid" 2>/dev/null || continue
  left=100
  while [ "$left" -gt 0 ] && kill -0 "$pid" 2>/dev/null; do sleep 0.1; left=$((left - 1)); done
  kill -KILL -- "-$pid" 2>/dev/null
done
`;

/** Watches over the children of a supervisor that may be killed. */
export interface OrphanGuard {
  /** Says which process groups to stop, in this order. */
  watch(pids: readonly number[]): void;
  /** Ends the guard, which then stops nothing. */
  release(): void;
}

/** Starts the guard; where there is no POSIX shell the next start stops what was left instead. */
export function startOrphanGuard(): OrphanGuard {
  if (process.platform === 'win32') return { watch: () => undefined, release: () => undefined };
  const shell = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  // A guard that died is a lost safety net, not a reason to stop: the next start cleans up as well.
  shell.on('error', () => undefined);
  shell.stdin.on('error', () => undefined);
  shell.unref();
  return {
    watch: (pids) => shell.stdin.write(`${pids.join(' ')}\n`),
    release: () => shell.stdin.end('\n'),
  };
}
