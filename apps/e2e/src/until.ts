import { setTimeout as pause } from 'node:timers/promises';

/** Waits for a fact: asks again until `probe` gives something, and says what it waited for when it never does. */
export async function until<Value>(what: string, probe: () => Value | undefined | Promise<Value | undefined>, timeoutMs = 60_000): Promise<Value> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const value = await probe();
      if (value !== undefined) return value;
    } catch (error) {
      last = error;
    }
    await pause(50);
  }
  throw new Error(`waited ${timeoutMs} ms for ${what}${last instanceof Error ? `; last: ${last.message}` : ''}`, { cause: last });
}
