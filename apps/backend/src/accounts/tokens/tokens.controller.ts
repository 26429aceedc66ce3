import { Body, Controller, Delete, Get, Param, Post, Query, Req } from '@nestjs/common';
import { createSessionTokenRequestSchema, createTokenRequestSchema, createTokenResultSchema, tokenListQuerySchema, tokenListSchema } from '@kanade/contracts';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Operation } from '../../http/operation.decorator.ts';
import { originOf } from '../../http/origin.ts';
import { CurrentPrincipal } from '../../http/principal.decorator.ts';
import { personOf } from '../../http/request-context.ts';
import type { Principal } from '../principal.ts';
import { CreateSessionTokenCommand } from './create-session-token.command.ts';
import { ListTokensQuery } from './list-tokens.query.ts';
import { CreateTokenCommand, RevokeTokenCommand } from './token.commands.ts';

const tokenIdSchema = z.uuid();

/** Bearer tokens: one's own, and for those who administer accounts everybody's. */
@ApiTags('tokens')
@Controller('api/v1')
export class TokensController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post('session/token')
  @Operation({
    id: 'createSessionToken',
    summary: 'Sign in with a password and without a browser: a bearer token in place of a cookie; it is shown once.',
    status: 201,
    answer: createTokenResultSchema,
    answerText: 'The token.',
    problems: ['sign-in-failed', 'second-factor-required', 'second-factor-failed', 'conflict', 'too-large', 'unsupported-media-type', 'storage-full'],
    public: true,
  })
  signIn(@Body({ schema: createSessionTokenRequestSchema }) request: z.infer<typeof createSessionTokenRequestSchema>, @Req() http: FastifyRequest) {
    return this.commands.execute(new CreateSessionTokenCommand(request, originOf(http)));
  }

  @Get('account/tokens')
  @Operation({ id: 'listOwnTokens', needs: 'self', summary: 'One’s own tokens that count, newest first; never the tokens themselves.', answer: tokenListSchema, answerText: 'The tokens.' })
  own(@Req() http: FastifyRequest) {
    const { principal } = personOf(http);
    return this.queries.execute(new ListTokensQuery(principal, principal.username));
  }

  @Post('account/tokens')
  @Operation({
    id: 'createToken',
    needs: 'self',
    summary: 'Make a token that acts for whoever asks, within its scopes; it is shown once.',
    status: 201,
    answer: createTokenResultSchema,
    answerText: 'The token.',
    problems: ['conflict', 'too-large', 'unsupported-media-type', 'storage-full'],
  })
  create(@Req() http: FastifyRequest, @Body({ schema: createTokenRequestSchema }) request: z.infer<typeof createTokenRequestSchema>) {
    return this.commands.execute(new CreateTokenCommand(personOf(http), request));
  }

  @Delete('account/tokens/:tokenId')
  @Operation({ id: 'revokeOwnToken', needs: 'self', summary: 'End one of one’s own tokens.', status: 204, answerText: 'It has ended.', problems: ['not-found', 'conflict', 'storage-full'] })
  async revokeOwn(@Req() http: FastifyRequest, @Param('tokenId', { schema: tokenIdSchema }) tokenId: string): Promise<void> {
    const { principal, accountId } = personOf(http);
    await this.commands.execute(new RevokeTokenCommand(principal, tokenId, accountId));
  }

  @Get('tokens')
  @Operation({ id: 'listTokens', needs: 'account:manage', summary: 'Tokens that count, of one account or of all, newest first.', answer: tokenListSchema, answerText: 'The tokens.', problems: ['not-found'] })
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: tokenListQuerySchema }) { username }: z.infer<typeof tokenListQuerySchema>) {
    return this.queries.execute(new ListTokensQuery(principal, username));
  }

  @Delete('tokens/:tokenId')
  @Operation({ id: 'revokeToken', needs: 'account:manage', summary: 'End anybody’s token.', status: 204, answerText: 'It has ended.', problems: ['not-found', 'conflict', 'storage-full'] })
  async revoke(@CurrentPrincipal() principal: Principal, @Param('tokenId', { schema: tokenIdSchema }) tokenId: string): Promise<void> {
    await this.commands.execute(new RevokeTokenCommand(principal, tokenId, null));
  }
}
