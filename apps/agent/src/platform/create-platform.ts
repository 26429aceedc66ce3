import { createLinuxPlatform } from './linux/linux-platform.ts';
import { createOtherPlatform } from './other-platform.ts';
import type { Platform } from './platform.ts';

/** The hidden subcommand a run's keeper is started with; `main` hands it to `runKeeper`. */
export const keeperSubcommand = '__keep';

/** The platform this process runs on; `keeper` is how to start this same program as a keeper. */
export function createPlatform(keeper: readonly string[] = [process.execPath, process.argv[1] ?? '', keeperSubcommand]): Platform {
  return process.platform === 'linux' ? createLinuxPlatform(keeper) : createOtherPlatform();
}
