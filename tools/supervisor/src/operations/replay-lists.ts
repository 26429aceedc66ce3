/** What can be listed of a replayed history. */
export const replayLists = ['endpoints', 'executions', 'runs', 'poison'] as const;
export type ReplayList = (typeof replayLists)[number];
