import { sha256Hex } from '@kanade/proof';
import { publicKeyOf, signWithSeed, verifyWithNkey } from './nkey.ts';
import { MessagingError } from '../errors.ts';

/** Claims of a NATS JWT, as far as we write them. */
export interface NatsClaims {
  readonly jti: string;
  readonly iat: number;
  readonly iss: string;
  readonly name: string;
  readonly sub: string;
  /** Unix seconds. */
  readonly exp?: number;
  readonly nats: Readonly<Record<string, unknown>>;
}

export interface JwtToIssue {
  readonly name: string;
  readonly subject: string;
  readonly type: 'operator' | 'account' | 'user';
  /** Seed of the issuing key. */
  readonly issuerSeed: string;
  /** Unix seconds; absent for a JWT that does not expire. */
  readonly expiresAt?: number;
  readonly nats: Readonly<Record<string, unknown>>;
  /** Unix ms, default now. */
  readonly now?: number;
}

const encodePart = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const header = encodePart({ typ: 'JWT', alg: 'ed25519-nkey' });

/** Issues a NATS JWT (version 2), signed by `issuerSeed`. */
export function issueJwt(jwt: JwtToIssue): string {
  const claims = {
    iat: Math.floor((jwt.now ?? Date.now()) / 1000),
    iss: publicKeyOf(jwt.issuerSeed),
    name: jwt.name,
    sub: jwt.subject,
    ...(jwt.expiresAt === undefined ? {} : { exp: jwt.expiresAt }),
    nats: { ...jwt.nats, type: jwt.type, version: 2 },
  };
  const signed = `${header}.${encodePart({ jti: sha256Hex(JSON.stringify(claims)), ...claims })}`;
  return `${signed}.${signWithSeed(jwt.issuerSeed, Buffer.from(signed)).toString('base64url')}`;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function isClaims(value: unknown): value is NatsClaims {
  return (
    isRecord(value) &&
    typeof value['iat'] === 'number' &&
    typeof value['iss'] === 'string' &&
    typeof value['name'] === 'string' &&
    typeof value['sub'] === 'string' &&
    (value['exp'] === undefined || typeof value['exp'] === 'number') &&
    isRecord(value['nats'])
  );
}

/** Reads a NATS JWT and checks its issuer's signature (not that the issuer is one to believe); throws `invalid`. */
export function readJwt(jwt: string): NatsClaims {
  const parts = jwt.split('.');
  const [head, body, signature] = parts;
  if (parts.length !== 3 || head === undefined || body === undefined || signature === undefined) {
    throw new MessagingError('invalid', 'the text is not a JWT');
  }
  let claims: unknown;
  try {
    claims = JSON.parse(Buffer.from(body, 'base64url').toString());
  } catch (cause) {
    throw new MessagingError('invalid', 'the JWT holds no JSON', { cause });
  }
  if (!isClaims(claims)) throw new MessagingError('invalid', 'the JWT is not one of NATS');
  if (!verifyWithNkey(claims.iss, Buffer.from(`${head}.${body}`), Buffer.from(signature, 'base64url'))) {
    throw new MessagingError('invalid', 'the JWT is not signed by its issuer');
  }
  return claims;
}
