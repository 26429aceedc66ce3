/** The hidden subcommand a run's keeper is started with; apart from the platform, so that a keeper loads nothing else. */
export const keeperSubcommand = '__keep';
