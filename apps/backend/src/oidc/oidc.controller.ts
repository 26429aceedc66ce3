import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { ProviderProblem } from '@kanade/contracts';
import { signInOptionsSchema } from '@kanade/contracts';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { answerWithSession, visitorOf } from '../accounts/session-answers.ts';
import { RefusedRequests } from '../audit/refused-requests.ts';
import { DomainError } from '../domain-error.ts';
import { Operation } from '../http/operation.decorator.ts';
import { originOf } from '../http/origin.ts';
import { Log } from '../log.ts';
import { IdentityProvider } from './identity-provider.ts';
import type { OidcSettings } from './oidc-settings.ts';
import { ProviderRefusal } from './provider-refusal.ts';
import { ProviderSignInCommand } from './provider-sign-in.command.ts';
import { SignInTickets } from './sign-in-ticket.ts';
import type { SignInTicket } from './sign-in-ticket.ts';

const ticketCookie = 'kanade_provider_sign_in';

/** Only an address of our own: one that begins with two slashes would lead to another host. */
const ownAddressSchema = z.string().max(2000).regex(/^\/(?![/\\])[\x21-\x7e]*$/, 'must be an address of the console, such as /executions');
const beginQuerySchema = z.strictObject({
  from: ownAddressSchema.default('/'),
  /** Has the provider ask for a new proof, however recently it did. */
  fresh: z.enum(['true', 'false']).default('false'),
});

/** The browser brings it back from another site, which `Strict` would not let it do; nothing but that one request needs it. */
const ticketOptions = (request: FastifyRequest) => ({ path: '/api/v1/oidc/callback', httpOnly: true, sameSite: 'lax', secure: request.protocol === 'https' }) as const;

function problemOf(error: DomainError): ProviderProblem | undefined {
  if (error instanceof ProviderRefusal) return error.problem;
  return error.code === 'too-many-attempts' ? 'too-many' : undefined;
}

/** A provider that is away, and somebody who took too long, tell of nobody trying what they may not. */
const innocent: readonly ProviderProblem[] = ['unavailable', 'stale'];

/** Sign-in at an identity provider: what browsers are led through, and what they are told of it. */
@ApiTags('accounts')
@Controller('api/v1')
export class OidcController {
  constructor(
    private readonly provider: IdentityProvider,
    private readonly tickets: SignInTickets,
    private readonly commands: CommandBus,
    private readonly refused: RefusedRequests,
    private readonly log: Log,
  ) {}

  @Get('sign-in-options')
  @Operation({ id: 'getSignInOptions', summary: 'How people can sign in here.', answer: signInOptionsSchema, answerText: 'The identity provider, where there is one; passwords always.', public: true })
  options(): z.infer<typeof signInOptionsSchema> {
    return { provider: this.provider.describe() };
  }

  @Get('oidc/sign-in')
  @Operation({
    id: 'beginProviderSignIn',
    summary: 'Send the browser to the identity provider; it comes back to endProviderSignIn.',
    status: 302,
    answerText: 'To the provider; or, where it cannot be reached, to the sign-in page with `?problem=`.',
    problems: ['not-found'],
    public: true,
  })
  async begin(@Req() http: FastifyRequest, @Res() reply: FastifyReply, @Query({ schema: beginQuerySchema }) { from, fresh }: z.infer<typeof beginQuerySchema>): Promise<void> {
    const settings = this.settings();
    try {
      const { address, ticket } = await this.provider.begin(settings, { from, fresh: fresh === 'true' });
      await reply.setCookie(ticketCookie, this.tickets.seal(ticket), { ...ticketOptions(http), maxAge: this.tickets.lifetimeSeconds }).redirect(address, 302);
    } catch (error) {
      await this.refuse(reply, error);
    }
  }

  @Get('oidc/callback')
  @Operation({
    id: 'endProviderSignIn',
    summary: 'Where the identity provider sends the browser back to, with `code` and `state` or with `error`.',
    status: 302,
    answerText: 'Signed in, to where the sign-in was begun; or to the sign-in page with `?problem=`.',
    problems: ['not-found'],
    public: true,
  })
  async end(@Req() http: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const settings = this.settings();
    void reply.clearCookie(ticketCookie, ticketOptions(http));
    try {
      const ticket = this.ticketOf(http);
      const opened = await this.commands.execute(new ProviderSignInCommand(settings, ticket, new URL(http.url, settings.publicUrl).search, visitorOf(http)));
      answerWithSession(reply, opened);
      await reply.redirect(ticket.from, 302);
    } catch (error) {
      await this.refuse(reply, error);
    }
  }

  private settings(): OidcSettings {
    if (this.provider.settings === undefined) throw new DomainError('not-found', 'there is no identity provider here; sign in with a password');
    return this.provider.settings;
  }

  private ticketOf(http: FastifyRequest): SignInTicket {
    const cookie = http.cookies[ticketCookie];
    const ticket = cookie === undefined ? undefined : this.tickets.open(cookie);
    if (ticket === undefined) throw new ProviderRefusal('stale', 'this browser began no sign-in, or too long ago');
    return ticket;
  }

  /** Whoever signs in is told by the console, in their language; the log is told why. */
  private async refuse(reply: FastifyReply, error: unknown): Promise<void> {
    const problem = error instanceof DomainError ? problemOf(error) : undefined;
    if (problem === undefined || !(error instanceof DomainError)) throw error;
    const { raw, params, id } = reply.request;
    if (!innocent.includes(problem)) this.refused.note({ raw, params, origin: originOf(reply.request) }, error);
    this.log.warn({ problem, why: error.message, reqId: id }, 'a sign-in at the identity provider came to nothing');
    await reply.redirect(`/sign-in?problem=${problem}`, 302);
  }
}
