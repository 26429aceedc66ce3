import { interfaceHeader } from '@kanade/contracts';

/** What every request says of where it comes from, for the audit. */
export const ofCli = { [interfaceHeader]: 'cli' } as const;
