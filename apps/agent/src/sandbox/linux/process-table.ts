import { readFileSync, readdirSync } from 'node:fs';

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly zombie: boolean;
}

/** Every process as the kernel lists it now; those that end meanwhile are left out. */
export function readProcesses(): ProcessEntry[] {
  return processIds().flatMap((pid) => readProcess(pid) ?? []);
}

export function processIds(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number);
}

function readProcess(pid: number): ProcessEntry | undefined {
  const text = readOrNothing(`/proc/${pid}/stat`);
  // The name stands in parentheses and may contain anything, parentheses too: what follows the last one counts.
  const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return state === undefined || parent === undefined ? undefined : { pid, parent: Number(parent), zombie: state === 'Z' };
}

/** Every living process below `root`, near ones first. */
export function descendantsOf(root: number, processes: readonly ProcessEntry[] = readProcesses()): number[] {
  const children = Map.groupBy(processes, ({ parent }) => parent);
  const found: number[] = [];
  const queue = [root];
  for (let parent = queue.shift(); parent !== undefined; parent = queue.shift()) {
    for (const child of children.get(parent) ?? []) {
      queue.push(child.pid);
      if (!child.zombie) found.push(child.pid);
    }
  }
  return found;
}

/** True when the process was started with exactly this variable; false also where we may not look. */
export function startedWith(pid: number, variable: string, value: string): boolean {
  return readOrNothing(`/proc/${pid}/environ`).split('\0').includes(`${variable}=${value}`);
}

/** Signals a process that may be gone already or, having changed its user, may not be ours to signal. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Whoever needs to know looks again whether it is there.
  }
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // It ended between being listed and being read, or belongs to someone else.
    return '';
  }
}
