import { Body, Controller, Delete, Get, Param, Post, Req, Res } from '@nestjs/common';
import {
  accountSessionListSchema, changePasswordRequestSchema, confirmSecondFactorRequestSchema, ownAccountSchema, provePasswordRequestSchema, recoveryCodesSchema,
  secondFactorOfferSchema, sessionViewSchema, setPasswordRequestSchema,
} from '@kanade/contracts';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Operation } from '../http/operation.decorator.ts';
import { originOf } from '../http/origin.ts';
import { principalOf, sessionOf } from '../http/request-context.ts';
import { GetOwnAccountQuery } from './get-own-account.query.ts';
import { ListSessionsQuery } from './list-sessions.query.ts';
import {
  ChangePasswordCommand, ConfirmSecondFactorCommand, DisableSecondFactorCommand, EndOwnSessionsCommand, OfferSecondFactorCommand, SetPasswordCommand,
} from './own-account.commands.ts';
import type { OwnSession } from './own-account.commands.ts';
import { answerWithSession, visitorOf } from './session-answers.ts';

const sessionIdSchema = z.string().max(63);

function ownSession(http: FastifyRequest): OwnSession {
  return { identity: sessionOf(http), visitor: visitorOf(http) };
}

/** What everybody does with their own account. */
@ApiTags('accounts')
@Controller('api/v1')
export class OwnAccountController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get('account')
  @Operation({ id: 'getOwnAccount', needs: 'self', summary: 'The account of whoever asks.', answer: ownAccountSchema, answerText: 'The account.' })
  get(@Req() http: FastifyRequest) {
    return this.queries.execute(new GetOwnAccountQuery(principalOf(http)));
  }

  @Post('account/password')
  @Operation({
    id: 'changePassword',
    needs: 'self',
    summary: 'Change one’s own password; all other sessions end, and this one gets another cookie.',
    answer: sessionViewSchema,
    answerText: 'The session that goes on.',
    problems: ['password-wrong', 'conflict', 'too-large', 'unsupported-media-type', 'storage-full'],
  })
  async changePassword(
    @Req() http: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body({ schema: changePasswordRequestSchema }) { currentPassword, newPassword }: z.infer<typeof changePasswordRequestSchema>,
  ) {
    return answerWithSession(reply, await this.commands.execute(new ChangePasswordCommand(ownSession(http), currentPassword, newPassword)));
  }

  @Post('set-password')
  @Operation({
    id: 'setPassword',
    summary: 'Set a password with the token of a link, once.',
    status: 204,
    answerText: 'The password is set; sign in with it.',
    problems: ['password-link-invalid', 'forbidden', 'conflict', 'too-large', 'unsupported-media-type', 'storage-full'],
    public: true,
  })
  async setPassword(@Req() http: FastifyRequest, @Body({ schema: setPasswordRequestSchema }) request: z.infer<typeof setPasswordRequestSchema>): Promise<void> {
    await this.commands.execute(new SetPasswordCommand(request.token, request.password, originOf(http)));
  }

  @Post('account/second-factor')
  @Operation({
    id: 'offerSecondFactor',
    needs: 'self',
    summary: 'See the secret of a new second factor, which counts once a code of it has confirmed it.',
    status: 201,
    answer: secondFactorOfferSchema,
    answerText: 'The secret, shown once.',
    problems: ['password-wrong', 'second-factor-active', 'conflict', 'too-large', 'unsupported-media-type'],
  })
  offerSecondFactor(@Req() http: FastifyRequest, @Body({ schema: provePasswordRequestSchema }) { password }: z.infer<typeof provePasswordRequestSchema>) {
    return this.commands.execute(new OfferSecondFactorCommand(ownSession(http), password));
  }

  @Post('account/second-factor/confirm')
  @Operation({
    id: 'confirmSecondFactor',
    needs: 'self',
    summary: 'Make the second factor count; all other sessions end.',
    answer: recoveryCodesSchema,
    answerText: 'Recovery codes, shown once.',
    problems: ['second-factor-failed', 'conflict', 'too-large', 'unsupported-media-type', 'storage-full'],
  })
  async confirmSecondFactor(
    @Req() http: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body({ schema: confirmSecondFactorRequestSchema }) { code }: z.infer<typeof confirmSecondFactorRequestSchema>,
  ): Promise<z.infer<typeof recoveryCodesSchema>> {
    const confirmed = await this.commands.execute(new ConfirmSecondFactorCommand(ownSession(http), code));
    answerWithSession(reply, confirmed);
    return confirmed.answer;
  }

  @Post('account/second-factor/disable')
  @Operation({
    id: 'disableSecondFactor',
    needs: 'self',
    summary: 'Sign in with the password alone from now on; all other sessions end.',
    answer: sessionViewSchema,
    answerText: 'The session that goes on.',
    problems: ['password-wrong', 'conflict', 'too-large', 'unsupported-media-type', 'storage-full'],
  })
  async disableSecondFactor(
    @Req() http: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body({ schema: provePasswordRequestSchema }) { password }: z.infer<typeof provePasswordRequestSchema>,
  ) {
    return answerWithSession(reply, await this.commands.execute(new DisableSecondFactorCommand(ownSession(http), password)));
  }

  @Get('sessions')
  @Operation({ id: 'listSessions', needs: 'self', summary: 'Where one is signed in oneself.', answer: accountSessionListSchema, answerText: 'The sessions, newest first.' })
  sessions(@Req() http: FastifyRequest) {
    const { principal, sessionId } = sessionOf(http);
    return this.queries.execute(new ListSessionsQuery(principal, principal.username, sessionId));
  }

  @Delete('sessions')
  @Operation({ id: 'endOtherSessions', needs: 'self', summary: 'Sign out everywhere but here.', status: 204, answerText: 'The others have ended.' })
  async endOthers(@Req() http: FastifyRequest): Promise<void> {
    await this.commands.execute(new EndOwnSessionsCommand(sessionOf(http), 'others'));
  }

  @Delete('sessions/:sessionId')
  @Operation({ id: 'endSession', needs: 'self', summary: 'End one of one’s own sessions.', status: 204, answerText: 'It has ended.', problems: ['not-found'] })
  async end(@Req() http: FastifyRequest, @Param('sessionId', { schema: sessionIdSchema }) sessionId: string): Promise<void> {
    await this.commands.execute(new EndOwnSessionsCommand(sessionOf(http), { sessionId }));
  }
}
