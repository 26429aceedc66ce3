import { join } from 'node:path';
import { z } from 'zod';

const loopback = ['127.0.0.1', 'localhost', '::1'] as const;

const environmentSchema = z.object({
  KANADE_HTTP_HOST: z
    .string()
    .default('127.0.0.1')
    .refine((host) => loopback.some((name) => name === host), 'must be 127.0.0.1, ::1 or localhost: without TLS nothing else is served; put a TLS proxy in front'),
  KANADE_HTTP_PORT: z.coerce.number('must be a port from 0 to 65535').int().min(0).max(65_535, 'must be a port from 0 to 65535').default(8080),
  KANADE_NATS_URL: z.string('must be the broker’s address, such as nats://127.0.0.1:4222').regex(/^(nats|tls|ws|wss):\/\//, 'must begin with nats://, tls://, ws:// or wss://'),
  KANADE_DATA_DIR: z.string('must be the data directory, such as .kanade').min(1, 'must be the data directory, such as .kanade'),
  KANADE_CONSOLE_DIR: z.string().optional(),
  KANADE_ADMIN_PASSWORD_FILE: z.string().optional(),
  KANADE_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], 'must be trace, debug, info, warn, error or fatal').default('info'),
});

/** What the backend is told at start. */
export class Config {
  readonly httpHost: string;
  readonly httpPort: number;
  readonly natsUrl: string;
  readonly dataDir: string;
  readonly keysDir: string;
  readonly backendCreds: string;
  readonly sysCreds: string;
  /** The read model's directory. */
  readonly readModelDir: string;
  readonly consoleDir: string | undefined;
  readonly adminPasswordFile: string | undefined;
  readonly logLevel: string;

  constructor(environment: z.infer<typeof environmentSchema>) {
    this.httpHost = environment.KANADE_HTTP_HOST;
    this.httpPort = environment.KANADE_HTTP_PORT;
    this.natsUrl = environment.KANADE_NATS_URL;
    this.dataDir = environment.KANADE_DATA_DIR;
    this.keysDir = join(this.dataDir, 'keys');
    this.backendCreds = join(this.dataDir, 'creds', 'backend.creds');
    this.sysCreds = join(this.dataDir, 'creds', 'sys.creds');
    this.readModelDir = join(this.dataDir, 'backend');
    this.consoleDir = environment.KANADE_CONSOLE_DIR;
    this.adminPasswordFile = environment.KANADE_ADMIN_PASSWORD_FILE;
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
