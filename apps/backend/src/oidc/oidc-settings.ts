import { readFileSync } from 'node:fs';
import { readPrivateFile } from '@kanade/messaging';
import { parse } from 'yaml';
import { ConfigError } from '../config/config.ts';
import type { OidcConfig } from '../config/oidc.ts';
import { roleMappingSchema } from './role-mapping.ts';
import type { RoleMapping } from './role-mapping.ts';

/** What is known of the identity provider before it is asked: the configuration, with what its files hold. */
export interface OidcSettings extends Omit<OidcConfig, 'secretFile' | 'rolesFile' | 'caFile'> {
  /** Undefined for a public client. */
  readonly secret: string | undefined;
  /** The authority that vouches for it (PEM), where no public one does. */
  readonly ca: string | undefined;
  readonly mapping: RoleMapping | undefined;
  readonly redirectUri: string;
}

function reading<Result>(variable: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw new ConfigError(`${variable} cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readMapping(file: string): RoleMapping {
  const result = roleMappingSchema.safeParse(parse(readFileSync(file, 'utf8')));
  if (result.success) return result.data;
  throw new Error(`${file}: ${result.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim()).join('; ')}`);
}

/** Reads what the configuration names; throws a ConfigError that names the variable. */
export function readOidcSettings({ secretFile, rolesFile, caFile, ...config }: OidcConfig): OidcSettings {
  return {
    ...config,
    secret: secretFile === undefined ? undefined : reading('KANADE_OIDC_CLIENT_SECRET_FILE', () => readPrivateFile(secretFile).trim()),
    ca: caFile === undefined ? undefined : reading('KANADE_OIDC_CA_FILE', () => readFileSync(caFile, 'utf8')),
    mapping: rolesFile === undefined ? undefined : reading('KANADE_OIDC_ROLES_FILE', () => readMapping(rolesFile)),
    redirectUri: `${config.publicUrl}/api/v1/oidc/callback`,
  };
}
