import { useSyncExternalStore } from 'react';
import { useMoment } from '../moment/moment-context.tsx';

/** A clock with hands that jump: one timer for everyone who looks at it, and none while nobody does. */
function createClock(tickMs: number) {
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    now: () => Math.floor(Date.now() / tickMs) * tickMs,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      timer ??= setInterval(() => {
        for (const each of listeners) each();
      }, tickMs);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}

const coarse = createClock(5000);
const fine = createClock(1000);

/** The time, to within five seconds; of the past, the moment that is looked at. */
export function useNow(): number {
  const now = useSyncExternalStore(coarse.subscribe, coarse.now);
  return useMoment()?.time ?? now;
}

/** The time, to the second, for what is being measured; of the past, the moment that is looked at. */
export function useSecond(): number {
  const now = useSyncExternalStore(fine.subscribe, fine.now);
  return useMoment()?.time ?? now;
}
