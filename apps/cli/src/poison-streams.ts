/** What a message that could not be folded was of. */
export const poisonStreams = ['events', 'output', 'private', 'metrics'] as const;
