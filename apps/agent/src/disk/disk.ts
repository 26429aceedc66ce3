import { statfs } from 'node:fs/promises';

/** What the agent asks of the disk its data directory is on. */
export interface Disk {
  freeBytes(): Promise<number>;
}

/** The real disk; a file system that cannot tell counts as having room, since refusing all work would be worse. */
export function diskOf(directory: string): Disk {
  return {
    freeBytes: async () => {
      try {
        const { bavail, bsize } = await statfs(directory);
        return bavail * bsize;
      } catch {
        return Number.MAX_SAFE_INTEGER;
      }
    },
  };
}
