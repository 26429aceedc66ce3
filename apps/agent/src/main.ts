import { keeperSubcommand } from './platform/keeper-subcommand.ts';

/** Each part is loaded only when it is asked for: a keeper is started with every run, and needs next to nothing. */
async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args[0] === keeperSubcommand) {
    const { runKeeper } = await import('./sandbox/linux/keeper.ts');
    runKeeper();
    return;
  }
  const { perform } = await import('./cli/perform.ts');
  // What may still hold the process (a socket in its last throes) must not keep a supervisor waiting.
  process.exit(await perform(args));
}

void main();
