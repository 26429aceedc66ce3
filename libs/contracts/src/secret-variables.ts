import type { SecretReference, SecretUse } from './secrets.ts';

// No schema library here: the agent uses this, and cannot spare the memory.

/** The reference with its variable settled: the name in capitals unless it says another. */
export function settleSecret({ name, as, variable }: SecretReference): SecretUse {
  return { name, as, variable: variable ?? name.toUpperCase().replaceAll('-', '_') };
}

/** The environment variable a script finds a secret by: the value itself, or the path of its file. */
export const secretVariable = ({ as, variable }: Pick<SecretUse, 'as' | 'variable'>): string => (as === 'env' ? variable : `${variable}_FILE`);
