import { readJwt } from '@kanade/messaging';

/** When a JWT should be renewed and when it ends, Unix ms; one that cannot be read has ended. */
export function lifetimeOf(jwt: string): { readonly renewFrom: number; readonly endsAt: number } {
  try {
    const { iat, exp } = readJwt(jwt);
    if (exp === undefined) return { renewFrom: Number.POSITIVE_INFINITY, endsAt: Number.POSITIVE_INFINITY };
    return { renewFrom: ((iat + exp) / 2) * 1000, endsAt: exp * 1000 };
  } catch {
    return { renewFrom: 0, endsAt: 0 };
  }
}

/** Public NKey that signed a JWT, empty for one that cannot be read. */
export function issuerOf(jwt: string): string {
  try {
    return readJwt(jwt).iss;
  } catch {
    return '';
  }
}
