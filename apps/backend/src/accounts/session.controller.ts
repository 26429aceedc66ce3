import { Body, Controller, Delete, Get, Post, Req, Res } from '@nestjs/common';
import { sessionViewSchema, signInRequestSchema } from '@kanade/contracts';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Operation } from '../http/operation.decorator.ts';
import { identityOf } from '../http/request-context.ts';
import { answerWithSession, viewSession, visitorOf } from './session-answers.ts';
import type { SessionView } from './session-answers.ts';
import { sessionCookieName, sessionCookieOptions } from './session-cookie.ts';
import { SignInCommand } from './sign-in.command.ts';
import { SignOutCommand } from './sign-out.command.ts';
import { RevokeTokenCommand } from './tokens/token.commands.ts';

@ApiTags('accounts')
@Controller('api/v1/session')
export class SessionController {
  constructor(private readonly commands: CommandBus) {}

  @Post()
  @Operation({
    id: 'createSession',
    summary: 'Sign in with a password, and a code where the account has a second factor; the session travels in an httpOnly cookie.',
    status: 201,
    answer: sessionViewSchema,
    answerText: 'Signed in.',
    problems: ['sign-in-failed', 'second-factor-required', 'second-factor-failed', 'forbidden', 'too-large', 'unsupported-media-type'],
    public: true,
  })
  async create(
    @Body({ schema: signInRequestSchema }) request: z.infer<typeof signInRequestSchema>,
    @Req() http: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionView> {
    return answerWithSession(reply, await this.commands.execute(new SignInCommand(request, visitorOf(http))));
  }

  @Get()
  @Operation({ id: 'getSession', needs: 'self', summary: 'Who is signed in.', answer: sessionViewSchema, answerText: 'The session.' })
  get(@Req() http: FastifyRequest): SessionView {
    const { principal, accountId, grants, expiresAt } = identityOf(http);
    return viewSession({ accountId, username: principal.username, grants }, new Date(expiresAt).toISOString());
  }

  @Delete()
  @Operation({ id: 'deleteSession', needs: 'self', summary: 'Sign out: the session ends, or the token that asks.', status: 204, answerText: 'Signed out.' })
  async delete(@Req() http: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const { principal, accountId, sessionId } = identityOf(http);
    const cookie = http.cookies[sessionCookieName];
    if (sessionId === null || cookie === undefined) {
      await this.commands.execute(new RevokeTokenCommand(principal, principal.id, accountId));
      return;
    }
    await this.commands.execute(new SignOutCommand({ principal, accountId, sessionId, cookie }));
    void reply.clearCookie(sessionCookieName, sessionCookieOptions(http));
  }
}
