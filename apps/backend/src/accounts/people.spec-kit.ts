import type { Grant, Role } from '@kanade/contracts';
import { Secret, TOTP } from 'otpauth';
import { expect } from 'vitest';
import { z } from 'zod';
import type { Answer, TestBackend } from '../backend.spec-kit.ts';
import { Broker } from '../broker/broker.ts';

const linkSchema = z.object({ link: z.string().regex(/^\/set-password#[\w-]{43}$/), position: z.string() });
const sessionsSchema = z.array(z.object({ sessionId: z.string(), current: z.boolean(), userAgent: z.string().nullable(), address: z.string().nullable() }));

/** A new password nobody has. */
export const newPassword = (): string => crypto.randomUUID();

/** The token in the link that made an account, or reset it. */
export function tokenOf(answer: Answer): string {
  return linkSchema.parse(answer.body).link.split('#')[1] ?? '';
}

/** The bodies of all events so far. */
export async function recordedText(backend: TestBackend): Promise<string> {
  const { events } = backend.app.get(Broker).get();
  const bodies: string[] = [];
  for (let sequence = 1; ; sequence += 1) {
    const message = await events.get(sequence);
    if (message === undefined) return bodies.join('\n');
    bodies.push(Buffer.from(message.body).toString());
  }
}

/** Somebody with a browser: keeps the cookie it was given last. */
export class Person {
  cookie = '';

  constructor(
    readonly backend: TestBackend,
    readonly username: string,
    public password: string,
  ) {}

  /** Made by the administrator, and with a password already. */
  static async join(backend: TestBackend, username: string, role: Role = 'viewer', sites: Grant['sites'] = 'all'): Promise<Person> {
    for (const site of sites === 'all' ? [] : sites) await backend.call('PUT', `/sites/${site}`);
    const made = await backend.call('POST', '/accounts', { username, grants: [{ role, sites }] });
    expect(made.status).toBe(201);
    const person = new Person(backend, username, newPassword());
    expect(await backend.request('POST', '/api/v1/set-password', { token: tokenOf(made), password: person.password })).toMatchObject({ status: 204 });
    return person;
  }

  async signIn(extra: object = {}, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await this.backend.request('POST', '/api/v1/session', { username: this.username, password: this.password, ...extra }, headers);
    return this.keep(answer);
  }

  async send(method: string, path: string, body?: unknown, through = this.backend): Promise<Answer> {
    return this.keep(await through.request(method, `/api/v1${path}`, body, { cookie: this.cookie, origin: through.url }));
  }

  /** What this browser is told when it asks who it is. */
  async status(through = this.backend): Promise<number> {
    return (await through.request('GET', '/api/v1/session', undefined, { cookie: this.cookie })).status;
  }

  async sessions() {
    return sessionsSchema.parse((await this.send('GET', '/sessions')).body['items']);
  }

  private keep(answer: Answer): Answer {
    const given = answer.headers.get('set-cookie')?.split(';')[0];
    if (given !== undefined) this.cookie = given;
    return answer;
  }
}

/** An authenticator app that follows the backend's clock. */
export class Authenticator {
  private readonly totp: TOTP;

  constructor(
    private readonly backend: TestBackend,
    secret: string,
  ) {
    this.totp = new TOTP({ secret: Secret.fromBase32(secret) });
  }

  code(): string {
    return this.totp.generate({ timestamp: this.backend.clock.now() });
  }

  /** The code of a step that was not there before. */
  nextCode(): string {
    this.backend.clock.advance(30_000);
    return this.code();
  }
}

/** Sets up a second factor; the authenticator, and the recovery codes. */
export async function enrolSecondFactor(person: Person) {
  const offer = await person.send('POST', '/account/second-factor', { password: person.password });
  expect(offer.status).toBe(201);
  const { secret, uri } = z.object({ secret: z.string(), uri: z.string() }).parse(offer.body);
  const authenticator = new Authenticator(person.backend, secret);
  const confirmed = await person.send('POST', '/account/second-factor/confirm', { code: authenticator.code() });
  expect(confirmed.status).toBe(200);
  return { secret, uri, authenticator, recoveryCodes: z.array(z.string()).parse(confirmed.body['recoveryCodes']) };
}
