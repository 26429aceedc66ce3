import 'reflect-metadata';
import { createSign, generateKeyPairSync, KeyObject, webcrypto } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BasicConstraintsExtension, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import { Provider } from 'oidc-provider';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

const kid = 'test';
/** Seconds. */
const hour = 3600;

/** What the provider says of somebody. */
export interface TestIdentity {
  username: string;
  groups: string[];
  /** In which authentication context they prove who they are. */
  acr?: string;
}

async function selfSigned(): Promise<{ readonly cert: string; readonly key: string }> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=test provider', keys, signingAlgorithm: algorithm, notBefore: new Date(Date.now() - 86_400_000), notAfter: new Date(Date.now() + 86_400_000),
    extensions: [new BasicConstraintsExtension(true, 0, true), new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
  });
  return { cert: certificate.toString('pem'), key: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString() };
}

const acrOf = (person: TestIdentity | undefined) => (person?.acr === undefined ? {} : { acr: person.acr });

const form = (uid: string) => `<!doctype html><title>Provider</title><form method="post" action="/interaction/${uid}"><label>Login <input name="login"></label><button>Continue</button></form>`;

/** A real identity provider over TLS, whose people are who they say they are. */
export class TestProvider {
  /** By subject. */
  readonly people = new Map<string, TestIdentity>();
  /** Changes what the token endpoint answers. */
  tamper: ((body: Record<string, unknown>) => void) | undefined;
  private readonly signingKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

  readonly issuer: string;
  /** A temporary folder of its own, gone after `stop`. */
  readonly directory: string;
  /** Of the authority that vouches for it. */
  readonly caFile: string;
  readonly secretFile: string;
  private readonly server: ReturnType<typeof createServer>;

  private constructor(issuer: string, directory: string, server: ReturnType<typeof createServer>) {
    this.issuer = issuer;
    this.directory = directory;
    this.caFile = join(directory, 'ca.pem');
    this.secretFile = join(directory, 'secret');
    this.server = server;
  }

  /** Starts one that knows kanade as the client `kanade`, which is called back at `redirectUri`. */
  static async start(redirectUri: string): Promise<TestProvider> {
    const directory = mkdtempSync(join(tmpdir(), 'kanade-oidc-'));
    const { cert, key } = await selfSigned();
    const secret: string = crypto.randomUUID();
    const server = createServer({ cert, key });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const issuer = `https://127.0.0.1:${isInfo(address) ? address.port : 0}`;
    const started = new TestProvider(issuer, directory, server);
    writeFileSync(started.caFile, cert);
    writeFileSync(started.secretFile, `${secret}\n`, { mode: 0o600 });
    started.serve(redirectUri, secret);
    return started;
  }

  /** An ID token of its own with other claims, signed as it signs all of them. */
  sign(claims: Readonly<Record<string, unknown>>): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({ alg: 'RS256', typ: 'JWT', kid })}.${part(claims)}`;
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(this.signingKey).toString('base64url')}`;
  }

  private serve(redirectUri: string, secret: string): void {
    const client = { client_secret: secret, redirect_uris: [redirectUri], post_logout_redirect_uris: [redirectUri.replace('/api/v1/oidc/callback', '/sign-in')] };
    const provider = new Provider(this.issuer, {
      clients: [{ client_id: 'kanade', ...client }, { client_id: 'another', ...client }],
      claims: { openid: ['sub'], profile: ['preferred_username', 'groups'] },
      acrValues: ['phr'],
      ttl: { AccessToken: hour, Grant: hour, IdToken: hour, Interaction: hour, Session: hour },
      cookies: { keys: [crypto.randomUUID()] },
      jwks: { keys: [{ ...this.signingKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
      findAccount: (_context, subject) => ({
        accountId: subject,
        claims: () => {
          const person = this.people.get(subject);
          return { sub: subject, preferred_username: person?.username, groups: person?.groups };
        },
      }),
      // Nobody is asked whether kanade may know what it asks for.
      loadExistingGrant: async (context) => {
        const grant = new context.oidc.provider.Grant({ clientId: context.oidc.client?.clientId ?? '', accountId: context.oidc.session?.accountId ?? '' });
        grant.addOIDCScope('openid profile email');
        await grant.save();
        return grant;
      },
    });
    provider.use(async (context, next) => {
      await next();
      const body: unknown = context.body;
      if (context.path === '/token' && isRecord(body)) this.tamper?.(body);
    });
    const answer = provider.callback();
    this.server.on('request', (request, response) => {
      const uid = /^\/interaction\/([\w-]+)/.exec(request.url ?? '')?.[1];
      if (uid === undefined) {
        void answer(request, response);
      } else if (request.method === 'POST') {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const login = new URLSearchParams(Buffer.concat(chunks).toString()).get('login') ?? '';
          const result = login === '' ? { error: 'access_denied' } : { login: { accountId: login, ...acrOf(this.people.get(login)) } };
          void provider.interactionFinished(request, response, result);
        });
      } else {
        response.setHeader('content-type', 'text/html').end(form(uid));
      }
    });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.directory, { recursive: true });
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isInfo(address: string | AddressInfo | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
