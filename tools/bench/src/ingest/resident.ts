import { readFileSync } from 'node:fs';

/** What a process keeps in memory now, in mebibytes. */
export function residentMebibytes(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(line ?? Number.NaN) / 1024;
}

/** Looks at a process twenty times a second; `peak` is the most it kept so far, in mebibytes. */
export function watchResident(pid: number): { peak(): number; stop(): void } {
  let peak = residentMebibytes(pid);
  const timer = setInterval(() => {
    peak = Math.max(peak, residentMebibytes(pid));
  }, 50);
  return { peak: () => peak, stop: () => clearInterval(timer) };
}
