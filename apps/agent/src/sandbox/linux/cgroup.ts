import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const prefix = 'kanade-run-';

/** A control group of the unified hierarchy that holds one run: nothing in it can leave it by forking or by a new session. */
export interface Cgroup {
  /** Runs `start` with this process inside, so that what it starts is inside from its first instruction; then steps out. */
  around<Result>(start: () => Result): Result;
  populated(): boolean;
  /** Ends everything inside at once, faster than it can fork. */
  kill(): void;
  /** False while something is inside. */
  remove(): boolean;
}

/** A group for this run, or nothing where this process may not make one; the caller then has the process tree alone. */
export function createCgroup(runId: string): Cgroup | undefined {
  const parent = ownCgroup();
  if (parent === undefined) return undefined;
  const folder = join(parent, `${prefix}${runId}`);
  try {
    mkdirSync(folder);
    return cgroupAt(folder, parent);
  } catch {
    // Read-only, not delegated, or the name is taken by what an earlier agent could not end.
    return undefined;
  }
}

/** The groups of these runs that still exist, for an agent that starts after one that died. */
export function leftoverCgroups(runIds: readonly string[]): Cgroup[] {
  const parent = ownCgroup();
  if (parent === undefined) return [];
  const wanted = new Set(runIds.map((runId) => prefix + runId));
  return readdirSync(parent)
    .filter((name) => wanted.has(name))
    .map((name) => cgroupAt(join(parent, name), parent));
}

function cgroupAt(folder: string, parent: string): Cgroup {
  const enter = (group: string): true => {
    writeFileSync(join(group, 'cgroup.procs'), '0');
    return true;
  };
  // Should stepping out fail, killing the group would end this process before its work is done.
  let inside = false;
  return {
    around: (start) => {
      inside = quietly(() => enter(folder)) !== undefined;
      try {
        return start();
      } finally {
        inside &&= quietly(() => enter(parent)) === undefined;
      }
    },
    populated: () => !inside && (quietly(() => readFileSync(join(folder, 'cgroup.procs'), 'utf8').trim() !== '') ?? false),
    kill: () => {
      if (!inside) quietly(() => writeFileSync(join(folder, 'cgroup.kill'), '1'));
    },
    remove: () => {
      quietly(() => rmdirSync(folder));
      return !existsSync(folder);
    },
  };
}

/** The folder of the group this process is in, on the unified hierarchy; there may be none, or one only for reading. */
function ownCgroup(): string | undefined {
  const mount = quietly(() => readFileSync('/proc/self/mounts', 'utf8'))
    ?.split('\n')
    .map((line) => line.split(' '))
    .find(([, , type]) => type === 'cgroup2')?.[1];
  const path = quietly(() => readFileSync('/proc/self/cgroup', 'utf8'))
    ?.split('\n')
    .find((line) => line.startsWith('0::'))
    ?.slice('0::'.length);
  return mount === undefined || path === undefined ? undefined : join(mount, path);
}

/** What a control group refuses is refused for good; the process tree is the first net, and this the second. */
function quietly<Result>(attempt: () => Result): Result | undefined {
  try {
    return attempt();
  } catch {
    return undefined;
  }
}
