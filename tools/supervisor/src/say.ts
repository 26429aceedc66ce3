/** Prints one line of the supervisor's own at the terminal. */
export type Say = (line: string) => void;

/** Talk goes to stderr: stdout carries what the first job printed and the final message. */
export const say: Say = (line) => {
  process.stderr.write(`kanade: ${line}\n`);
};

/** Calls `tick` with the seconds gone by while a step lasts longer than `afterMs`, so that it is seen to be alive. */
export async function withProgress<Result>(work: Promise<Result>, tick: (seconds: number) => void, afterMs = 5000): Promise<Result> {
  const started = Date.now();
  const timer = setInterval(() => tick(Math.round((Date.now() - started) / 1000)), afterMs);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
