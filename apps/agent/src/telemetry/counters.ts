/** What the operating system has counted since boot; null where it does not tell without starting a process. */
export interface Counters {
  readonly cpu: { readonly busy: number; readonly total: number };
  readonly memory: { readonly usedBytes: number; readonly totalBytes: number };
  /** Per device, so that one that comes or goes does not look like traffic. */
  readonly disks: ReadonlyMap<string, Transfer> | null;
  readonly networks: ReadonlyMap<string, Transfer> | null;
}

/** Bytes in (read, received) and out (written, sent). */
export interface Transfer {
  readonly inBytes: number;
  readonly outBytes: number;
}
