import { setTimeout as delay } from 'node:timers/promises';
import { dropBallast, freeBytes, layBallast, tightBytes } from './disk-space.ts';
import type { DataPaths } from './paths.ts';
import type { Say } from './say.ts';
import { messageOf } from './startup-error.ts';
import type { SupervisedChild } from './supervised-child.ts';

const fullDisk = /no space left on device|disk quota exceeded|JetStream out of resources|insufficient storage|not enough space on the disk/i;

const retryMs = 60_000;

/**
 * Watches for a full disk. JetStream answers it with timeouts and stays stuck when space is back until it is restarted, so the broker is
 * ours to restart: once on the space the ballast gives back, then again when there is room.
 */
export class DiskWatch {
  readonly #paths: DataPaths;
  readonly #say: Say;
  readonly #stopping: AbortSignal;
  #full: Promise<void> | undefined;

  constructor(paths: DataPaths, say: Say, stopping: AbortSignal) {
    this.#paths = paths;
    this.#say = say;
    this.#stopping = stopping;
  }

  /** Takes a line the broker printed, and acts when it tells of a full disk. */
  readLine(line: string, broker: () => SupervisedChild | undefined): void {
    if (!fullDisk.test(line) || this.#full !== undefined) return;
    this.#full = this.#relieve(broker)
      // The next line that tells of it is another attempt.
      .catch((error: unknown) => this.#say(`the broker could not be helped out of a full disk: ${messageOf(error)}`))
      .finally(() => {
        this.#full = undefined;
      });
  }

  async #relieve(broker: () => SupervisedChild | undefined): Promise<void> {
    const freed = dropBallast(this.#paths);
    const full = `the disk of ${this.#paths.dataDir} is full`;
    this.#say(freed ? `${full}: make room; restarting the broker on the 64 MiB kept for this` : `${full}: nothing is recorded until there is room`);
    if (!(await this.#untilRoom())) return;
    if (!freed) this.#say('there is room again: restarting the broker, which does not recover by itself');
    await broker()?.restart();
    this.#setAside();
  }

  /** Space is short at first, and a quota can be used up where the disk seems to have room: it is asked for until it is given. */
  #setAside(): void {
    if (this.#stopping.aborted) return;
    let laid = false;
    try {
      laid = layBallast(this.#paths);
    } catch (error) {
      this.#say(`could not set space aside for the next full disk (${messageOf(error)}); trying again in ${retryMs / 1000} s`);
    }
    if (!laid) setTimeout(() => this.#setAside(), retryMs).unref();
  }

  /** False when it is stopped before there is room. */
  async #untilRoom(): Promise<boolean> {
    while (freeBytes(this.#paths.dataDir) < tightBytes) {
      if (this.#stopping.aborted) return false;
      await delay(1000, undefined, { signal: this.#stopping }).catch(() => undefined);
    }
    return !this.#stopping.aborted;
  }
}
