import { pause } from '../clock/clock.ts';
import type { Clock } from '../clock/clock.ts';
import type { Log } from '../log.ts';
import { isDiskFull } from './store.ts';
import type { Store } from './store.ts';

/** What finds the disk full is tried again this often. */
export const roomRetryMs = 5_000;

interface Surroundings {
  readonly store: Pick<Store, 'isOpen'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Facts are never dropped: with a full disk they wait in memory until there is room, or until the agent stops. */
export async function durably({ store, clock, log }: Surroundings, write: () => void): Promise<void> {
  while (store.isOpen()) {
    try {
      write();
      return;
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      log.error('the disk is full: waiting for room to write what happened');
      await pause(clock, roomRetryMs);
    }
  }
}
