import { statfs } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../config/config.ts';

const mebibyte = 1024 * 1024;
const gibibyte = 1024 * mebibyte;
const fullBelow = 8 * mebibyte;
/** A broker that had no room is helped out of it within this time. */
const rememberedMs = 5000;
const periodMs = 250;

/** Room on a volume, bytes. */
export interface Volume {
  readonly totalBytes: number;
  readonly freeBytes: number;
}

/** True where somebody should make room before it is gone. */
export function isTight({ totalBytes, freeBytes }: Volume): boolean {
  return freeBytes < gibibyte || (freeBytes < totalBytes / 20 && freeBytes < 20 * gibibyte);
}

/** True where whoever writes is about to fail, or has failed. */
export const isFull = ({ freeBytes }: Volume): boolean => freeBytes < fullBelow;

/** How much room there is on the volume of the data directory, where the broker writes too if it is ours. */
@Injectable()
export class Disk implements OnApplicationShutdown {
  private readonly timer: NodeJS.Timeout;
  private fullAt: number | undefined;
  private looking = false;

  constructor(private readonly config: Config) {
    this.timer = setInterval(() => void this.look(), periodMs);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** True while nothing more can be written, and a little longer. */
  get full(): boolean {
    return this.fullAt !== undefined && performance.now() - this.fullAt < rememberedMs;
  }

  /** Rejects where the volume tells nothing. */
  async volume(): Promise<Volume> {
    const { bavail, blocks, bsize } = await statfs(this.config.dataDir);
    const volume = { totalBytes: blocks * bsize, freeBytes: bavail * bsize };
    if (isFull(volume)) this.fullAt = performance.now();
    return volume;
  }

  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    // A volume that does not answer is not full; whoever writes to it hears why not.
    await this.volume().catch(() => undefined);
    this.looking = false;
  }
}
