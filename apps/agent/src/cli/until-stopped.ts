const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Resolves with the first signal to stop; the second one ends the process at once, for whoever will not wait. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of signals) {
      process.on(signal, () => {
        if (asked) process.exit(1);
        asked = true;
        resolve();
      });
    }
  });
}
