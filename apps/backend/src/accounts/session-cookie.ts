// Teaches Fastify’s reply about cookies.
import '@fastify/cookie';

/** The cookie an opaque session id travels in. */
export const sessionCookieName = 'kanade_session';

/** Out of reach of scripts and of other sites. `secure` joins with TLS: browsers drop such a cookie on plain http. */
export const sessionCookieOptions = { path: '/', httpOnly: true, sameSite: 'strict' } as const;
