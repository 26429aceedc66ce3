import type { IncomingHttpHeaders } from 'node:http';
import { DomainError } from '../domain-error.ts';

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/**
 * Refuses what a page of another site makes a signed-in browser send. Browsers tell where a request comes from in headers no page can set;
 * what tells nothing at all is no browser, and has no business with a cookie: it takes a token.
 */
export function checkSameOrigin(headers: IncomingHttpHeaders): void {
  const { origin, host, 'sec-fetch-site': site } = headers;
  const sameSite = site === undefined || site === 'same-origin';
  const sameOrigin = origin === undefined ? site === 'same-origin' : host !== undefined && hostOf(origin) === host;
  if (sameSite && sameOrigin) return;
  throw new DomainError('forbidden', 'this request comes from another site; send it from the console, or use a token instead of the cookie');
}
