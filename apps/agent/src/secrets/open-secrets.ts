import type { KeyObject } from 'node:crypto';
import { secretVariable } from '@kanade/contracts';
import type { DeliveredSecret, RunCommand, RunReason } from '@kanade/contracts';
import { openSecret } from '@kanade/messaging';

/** A secret as a script gets it; only ever in memory. */
export interface OpenedSecret {
  readonly name: string;
  readonly as: DeliveredSecret['as'];
  /** The variable the value, or the path of its file, is in. */
  readonly variable: string;
  readonly value: Buffer;
}

/** What the file of a secret is called in its run's staging folder. */
export const secretFileName = ({ name, variable }: Pick<OpenedSecret, 'name' | 'variable'>): string => `${name}.${variable}.secret`;

export type OpenedSecrets = { readonly secrets: readonly OpenedSecret[] } | { readonly refusal: RunReason };

/** Opens what a command carries, at the last moment before its script starts; or says why that one cannot start. */
export function openSecrets({ runId, recipient, secrets = [] }: RunCommand, sealingKey: KeyObject): OpenedSecrets {
  const opened: OpenedSecret[] = [];
  for (const { name, as, variable, sealed, withheld } of secrets) {
    if (withheld !== null) return { refusal: withheld };
    try {
      const value = openSecret(sealingKey, { runId, endpointId: recipient, name }, sealed ?? '');
      opened.push({ name, as, variable: secretVariable({ as, variable }), value });
    } catch {
      return { refusal: { code: 'secret-not-opened', message: `The secret ${name} was sealed to keys this endpoint has no more, or for another run; run the job again.` } };
    }
  }
  return { secrets: opened };
}
