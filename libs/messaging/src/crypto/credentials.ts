import { MessagingError } from '../errors.ts';

/** A user's JWT and the seed of its key. */
export interface Credentials {
  readonly jwt: string;
  readonly seed: string;
}

/** Writes credentials as the `.creds` text every NATS tool reads; secret. */
export function formatCreds(jwt: string, seed: string): string {
  return [
    '-----BEGIN NATS USER JWT-----',
    jwt,
    '------END NATS USER JWT------',
    '',
    '************************* IMPORTANT *************************',
    'The seed below is secret: who has it is this user.',
    '',
    '-----BEGIN USER NKEY SEED-----',
    seed,
    '------END USER NKEY SEED------',
    '',
    '*************************************************************',
    '',
  ].join('\n');
}

/** Reads the text of a `.creds` file; throws `invalid` when a part is missing. */
export function readCreds(text: string): Credentials {
  const jwt = /-----BEGIN NATS USER JWT-----\s+(\S+)\s+-+END NATS USER JWT-+/.exec(text)?.[1];
  const seed = /-----BEGIN USER NKEY SEED-----\s+(\S+)\s+-+END USER NKEY SEED-+/.exec(text)?.[1];
  if (jwt === undefined || seed === undefined) throw new MessagingError('invalid', 'the text is not a NATS .creds file');
  return { jwt, seed };
}
