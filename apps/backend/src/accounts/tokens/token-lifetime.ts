import { parseDuration } from '@kanade/contracts';
import { DomainError } from '../../domain-error.ts';

const longestMs = 366 * 86_400_000;

/** Milliseconds a token is to live; throws invalid-request for more than a year. */
export function lifetimeOf(expiresIn: string): number {
  const lifetime = parseDuration(expiresIn);
  if (lifetime <= longestMs) return lifetime;
  throw new DomainError('invalid-request', 'the token would live too long', { errors: [{ path: 'expiresIn', message: 'must be at most 366d' }] });
}
