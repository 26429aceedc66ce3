/** Talk goes to stderr: what a command prints on stdout may be data. */
export const say = (text) => {
  process.stderr.write(`${text}\n`);
};

/** A failure the person at the terminal can do something about: it is printed without a stack trace. */
export class SetupError extends Error {
  /** @param {string} message what went wrong @param {string[]} advice what to do, one line each */
  constructor(message, advice) {
    super(message);
    this.advice = advice;
  }
}

/** Runs the whole of a script and turns a SetupError into a readable end with exit code 1. */
export const guarded = async (main) => {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(`\nkanade: ${error.message}`);
    for (const line of error.advice) say(`  ${line}`);
    process.exitCode = 1;
  }
};
