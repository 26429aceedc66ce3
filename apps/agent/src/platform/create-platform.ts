import { createLinuxPlatform } from './linux/linux-platform.ts';
import { keeperSubcommand } from './keeper-subcommand.ts';
import { createOtherPlatform } from './other-platform.ts';
import type { Platform } from './platform.ts';

/** The platform this process runs on; `keeper` is how to start this same program as a keeper. */
export function createPlatform(keeper: readonly string[] = [process.execPath, process.argv[1] ?? '', keeperSubcommand]): Platform {
  return process.platform === 'linux' ? createLinuxPlatform(keeper) : createOtherPlatform();
}
