import { join } from 'node:path';
import type { Kept } from '@kanade/read-models';
import { z } from 'zod';
import { archiveDirectory } from './archive-directory.ts';
import { auditFeedsOf, auditFeedVariables, webhookHasSecret } from './audit-feeds.ts';
import type { AuditFeedsConfig } from './audit-feeds.ts';
import { confirmationOf, confirmationVariables } from './confirmation.ts';
import type { ConfirmationConfig } from './confirmation.ts';
import { oidcOf, oidcVariables, requireOidcParts } from './oidc.ts';
import type { OidcConfig } from './oidc.ts';
import { retentionOf, retentionVariables } from './retention.ts';

const loopback = ['127.0.0.1', 'localhost', '::1'] as const;

const natsUrl = z.string('must be the broker’s address, such as nats://127.0.0.1:4222').regex(/^(nats|tls|ws|wss):\/\//, 'must begin with nats://, tls://, ws:// or wss://');

const amount = (least: number) => z.coerce.number(`must be a whole number from ${least} on`).int(`must be a whole number from ${least} on`).min(least, `must be a whole number from ${least} on`);

const environmentSchema = z.object({
  KANADE_HTTP_HOST: z.string().default('127.0.0.1'),
  KANADE_HTTP_PORT: z.coerce.number('must be a port from 0 to 65535').int().min(0).max(65_535, 'must be a port from 0 to 65535').default(8080),
  KANADE_NATS_URL: natsUrl,
  KANADE_NATS_PUBLIC_URLS: z
    .string()
    .transform((list) => list.split(','))
    .pipe(z.array(natsUrl).min(1))
    .optional(),
  KANADE_TLS_CERT: z.string().optional(),
  KANADE_TLS_KEY: z.string().optional(),
  KANADE_TLS_CA: z.string().optional(),
  KANADE_DATA_DIR: z.string('must be the data directory, such as .kanade').min(1, 'must be the data directory, such as .kanade'),
  KANADE_CONSOLE_DIR: z.string().optional(),
  KANADE_ADMIN_PASSWORD_FILE: z.string().optional(),
  ...auditFeedVariables,
  KANADE_CHECKPOINT_FILE: z.string().optional(),
  KANADE_ARCHIVE_DIR: archiveDirectory.optional(),
  KANADE_EVENTS_PER_DAY: amount(100).default(50_000),
  KANADE_EVENT_BYTES_PER_DAY: amount(100_000).default(200_000_000),
  KANADE_REQUESTS_PER_MINUTE: amount(60).default(30_000),
  ...confirmationVariables,
  ...oidcVariables,
  ...retentionVariables,
  KANADE_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], 'must be trace, debug, info, warn, error or fatal').default('info'),
})
  .refine((given) => given.KANADE_TLS_CERT !== undefined || loopback.some((name) => name === given.KANADE_HTTP_HOST), {
    path: ['KANADE_HTTP_HOST'],
    message: 'must be 127.0.0.1, ::1 or localhost: without TLS nothing else is served; set KANADE_TLS_CERT and KANADE_TLS_KEY',
  })
  .refine((given) => (given.KANADE_TLS_CERT === undefined) === (given.KANADE_TLS_KEY === undefined), {
    path: ['KANADE_TLS_KEY'],
    message: 'and KANADE_TLS_CERT go together: set both, or neither',
  })
  .refine(webhookHasSecret, { path: ['KANADE_AUDIT_WEBHOOK_SECRET_FILE'], message: 'and KANADE_AUDIT_WEBHOOK_URL go together: the file has the secret that what is sent is signed with' })
  .superRefine(requireOidcParts);

/** What the backend is told at start. */
export class Config {
  readonly httpHost: string;
  readonly httpPort: number;
  readonly natsUrl: string;
  /** Where endpoints reach the broker, the best way first. */
  readonly natsPublicUrls: readonly string[];
  /** Paths of the certificate and key to serve with; undefined where plain HTTP on loopback is enough. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** Path of the CA that new endpoints are to pin. */
  readonly caFile: string | undefined;
  readonly dataDir: string;
  readonly keysDir: string;
  readonly backendCreds: string;
  readonly sysCreds: string;
  /** The read model's directory. */
  readonly readModelDir: string;
  readonly consoleDir: string | undefined;
  readonly adminPasswordFile: string | undefined;
  readonly auditFeeds: AuditFeedsConfig;
  /** Where every checkpoint is written, a line each. */
  readonly checkpointFile: string;
  /** Where the record is archived; undefined where it is not. */
  readonly archiveDir: string | undefined;
  /** What one endpoint may store in a day before it is held. */
  readonly endpointBudget: { readonly events: number; readonly bytes: number };
  /** What one account, or one address that is not signed in, may ask in a minute. */
  readonly requestsPerMinute: number;
  /** Undefined where there is no identity provider. */
  readonly oidc: OidcConfig | undefined;
  readonly confirmation: ConfirmationConfig;
  /** What the read model keeps. */
  readonly kept: Kept;
  readonly logLevel: string;

  constructor(environment: z.infer<typeof environmentSchema>) {
    this.httpHost = environment.KANADE_HTTP_HOST;
    this.httpPort = environment.KANADE_HTTP_PORT;
    this.natsUrl = environment.KANADE_NATS_URL;
    this.natsPublicUrls = environment.KANADE_NATS_PUBLIC_URLS ?? [this.natsUrl];
    const { KANADE_TLS_CERT: certFile, KANADE_TLS_KEY: keyFile } = environment;
    this.tls = certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile };
    this.caFile = environment.KANADE_TLS_CA;
    this.dataDir = environment.KANADE_DATA_DIR;
    this.keysDir = join(this.dataDir, 'keys');
    this.backendCreds = join(this.dataDir, 'creds', 'backend.creds');
    this.sysCreds = join(this.dataDir, 'creds', 'sys.creds');
    this.readModelDir = join(this.dataDir, 'backend');
    this.consoleDir = environment.KANADE_CONSOLE_DIR;
    this.adminPasswordFile = environment.KANADE_ADMIN_PASSWORD_FILE;
    this.auditFeeds = auditFeedsOf(environment);
    this.checkpointFile = environment.KANADE_CHECKPOINT_FILE ?? join(this.dataDir, 'checkpoints.ndjson');
    this.archiveDir = environment.KANADE_ARCHIVE_DIR;
    this.endpointBudget = { events: environment.KANADE_EVENTS_PER_DAY, bytes: environment.KANADE_EVENT_BYTES_PER_DAY };
    this.requestsPerMinute = environment.KANADE_REQUESTS_PER_MINUTE;
    this.oidc = oidcOf(environment);
    this.confirmation = confirmationOf(environment);
    this.kept = retentionOf(environment);
    this.logLevel = environment.KANADE_LOG_LEVEL;
  }
}

/** The environment does not say what the backend needs; the message names each variable and the fix. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads the configuration; throws a ConfigError with one line per variable that is wrong. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  // An empty variable is what a shell script leaves when it has nothing to say.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = environmentSchema.safeParse(given);
  if (result.success) return new Config(result.data);
  throw new ConfigError(result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('\n'));
}
