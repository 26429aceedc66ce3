import { accessSync, constants, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';

/** The archive's directory, absolute; made, private to its owner, where it is missing. */
export const archiveDirectory = z.string().transform((text, context) => {
  const directory = resolve(text);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    return directory;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    context.addIssue({ code: 'custom', message: `must be a directory that can be made and written to, best on another disk than the broker's: ${reason}` });
    return z.NEVER;
  }
});
