import { DomainError } from '../domain-error.ts';

const bearer = /^Bearer (kanade_[A-Za-z0-9_-]{20,100})$/i;

/** The token in an Authorization header; throws not-signed-in when it is of another form. */
export function bearerToken(authorization: string): string {
  const token = bearer.exec(authorization)?.[1];
  if (token === undefined) throw new DomainError('not-signed-in', 'the Authorization header must be: Bearer kanade_…');
  return token;
}
