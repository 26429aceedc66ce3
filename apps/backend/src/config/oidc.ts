import { z } from 'zod';

/** The variables that say who else signs people in. */
export const oidcVariables = {
  KANADE_PUBLIC_URL: z
    .url('must be the address people open the console at, such as https://kanade.example.net')
    .transform((text) => new URL(text).origin)
    .optional(),
  KANADE_OIDC_ISSUER: z.url({ protocol: /^https$/, error: 'must be the identity provider’s issuer, such as https://login.example.net' }).optional(),
  KANADE_OIDC_CA_FILE: z.string().optional(),
  KANADE_OIDC_CLIENT_ID: z.string().optional(),
  KANADE_OIDC_CLIENT_SECRET_FILE: z.string().optional(),
  KANADE_OIDC_SCOPES: z.string().default('openid profile email'),
  KANADE_OIDC_ROLES_FILE: z.string().optional(),
  KANADE_OIDC_USERNAME_CLAIM: z.string().default('preferred_username'),
  KANADE_OIDC_NAME: z.string().max(100).optional(),
  KANADE_OIDC_ACR: z.string().optional(),
} as const;

type Given = z.output<z.ZodObject<typeof oidcVariables>>;

/** An issuer needs the rest. */
export function requireOidcParts(given: Given, context: z.RefinementCtx): void {
  if (given.KANADE_OIDC_ISSUER === undefined) return;
  const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  if (given.KANADE_OIDC_CLIENT_ID === undefined) refuse('KANADE_OIDC_CLIENT_ID', 'must be what the provider knows kanade as, wherever KANADE_OIDC_ISSUER is set');
  if (given.KANADE_PUBLIC_URL === undefined) refuse('KANADE_PUBLIC_URL', 'must be the address people open the console at, such as https://kanade.example.net, wherever KANADE_OIDC_ISSUER is set');
  if (!given.KANADE_OIDC_SCOPES.split(' ').includes('openid')) refuse('KANADE_OIDC_SCOPES', 'must have openid among them, separated by blanks');
}

/** How the identity provider is reached and believed. */
export interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  /** Path of the client's secret; undefined for a public client. */
  readonly secretFile: string | undefined;
  /** Path of the authority that vouches for it, where no public one does. */
  readonly caFile: string | undefined;
  readonly scopes: string;
  /** Path of the file that says which of the provider's roles are which of ours. */
  readonly rolesFile: string | undefined;
  readonly usernameClaim: string;
  /** What people know the provider as. */
  readonly name: string;
  /** One of these authentication contexts is required, unless there are none. */
  readonly acrValues: readonly string[];
  /** Where people open the console. */
  readonly publicUrl: string;
}

export function oidcOf(given: Given): OidcConfig | undefined {
  const { KANADE_OIDC_ISSUER: issuer, KANADE_OIDC_CLIENT_ID: clientId, KANADE_PUBLIC_URL: publicUrl } = given;
  if (issuer === undefined || clientId === undefined || publicUrl === undefined) return undefined;
  return {
    issuer, clientId, publicUrl, secretFile: given.KANADE_OIDC_CLIENT_SECRET_FILE, caFile: given.KANADE_OIDC_CA_FILE, scopes: given.KANADE_OIDC_SCOPES, rolesFile: given.KANADE_OIDC_ROLES_FILE,
    usernameClaim: given.KANADE_OIDC_USERNAME_CLAIM, name: given.KANADE_OIDC_NAME ?? new URL(issuer).host, acrValues: given.KANADE_OIDC_ACR?.split(' ').filter((value) => value !== '') ?? [],
  };
}
