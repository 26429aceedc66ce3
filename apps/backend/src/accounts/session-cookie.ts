// Teaches Fastify’s reply about cookies.
import '@fastify/cookie';

/** The cookie an opaque session id travels in. */
export const sessionCookieName = 'kanade_session';

/** Out of reach of scripts and of other sites, and of plain http wherever TLS is spoken: browsers drop a secure cookie without it. */
export const sessionCookieOptions = (request: { readonly protocol: string }) => ({ path: '/', httpOnly: true, sameSite: 'strict', secure: request.protocol === 'https' }) as const;
