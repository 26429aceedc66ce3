import { Body, Controller, Delete, Get, Param, Post, Put, Query } from '@nestjs/common';
import {
  acceptedSchema, accountDetailSchema, accountListQuerySchema, accountPageSchema, accountSessionListSchema, createAccountRequestSchema, detailQuerySchema,
  passwordLinkSchema, resetAccountRequestSchema, setGrantsRequestSchema, usernameSchema,
} from '@kanade/contracts';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Operation } from '../http/operation.decorator.ts';
import { CurrentPrincipal } from '../http/principal.decorator.ts';
import { CreateAccountCommand, EndAccountSessionsCommand, ResetAccountCommand, SetGrantsCommand, SwitchAccountCommand } from './account.commands.ts';
import { GetAccountQuery } from './get-account.query.ts';
import { ListAccountsQuery } from './list-accounts.query.ts';
import { ListSessionsQuery } from './list-sessions.query.ts';
import type { Principal } from './principal.ts';

/** People and what they may do: for those who administer everything. */
@ApiTags('accounts')
@Controller('api/v1/accounts')
export class AccountsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @Operation({ id: 'listAccounts', needs: 'account:manage', summary: 'Accounts, by name.', answer: accountPageSchema, answerText: 'A page of accounts.', problems: ['position-unknown', 'past-trimmed', 'read-behind'] })
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: accountListQuerySchema }) query: z.infer<typeof accountListQuerySchema>) {
    return this.queries.execute(new ListAccountsQuery(principal, query));
  }

  @Post()
  @Operation({
    id: 'createAccount',
    needs: 'account:manage',
    summary: 'Make an account; its holder sets the password with the link, which is shown once.',
    status: 201,
    answer: passwordLinkSchema,
    answerText: 'The link.',
    problems: ['username-taken', 'conflict', 'too-large', 'unsupported-media-type', 'storage-full'],
  })
  create(@CurrentPrincipal() principal: Principal, @Body({ schema: createAccountRequestSchema }) request: z.infer<typeof createAccountRequestSchema>) {
    return this.commands.execute(new CreateAccountCommand(principal, request.username, request.grants));
  }

  @Get(':username')
  @Operation({
    id: 'getAccount', needs: 'account:manage', summary: 'One account.', answer: accountDetailSchema, answerText: 'The account.', problems: ['not-found', 'position-unknown', 'past-trimmed', 'read-behind'],
  })
  get(
    @CurrentPrincipal() principal: Principal,
    @Param('username', { schema: usernameSchema }) username: string,
    @Query({ schema: detailQuerySchema }) query: z.infer<typeof detailQuerySchema>,
  ) {
    return this.queries.execute(new GetAccountQuery(principal, { username, ...query }));
  }

  @Put(':username/grants')
  @Operation({
    id: 'setAccountGrants',
    needs: 'account:manage',
    summary: 'Give an account these roles, and no others.',
    answer: acceptedSchema,
    answerText: 'They count from now on.',
    problems: ['not-found', 'last-administrator', 'conflict', 'too-large', 'unsupported-media-type', 'storage-full'],
  })
  setGrants(
    @CurrentPrincipal() principal: Principal,
    @Param('username', { schema: usernameSchema }) username: string,
    @Body({ schema: setGrantsRequestSchema }) { grants }: z.infer<typeof setGrantsRequestSchema>,
  ) {
    return this.commands.execute(new SetGrantsCommand(principal, username, grants));
  }

  @Post(':username/disable')
  @Operation({
    id: 'disableAccount',
    needs: 'account:manage',
    summary: 'Let nobody in with an account any more: its sessions end, its tokens stop working.',
    answer: acceptedSchema,
    answerText: 'It is disabled.',
    problems: ['not-found', 'last-administrator', 'conflict', 'storage-full'],
  })
  disable(@CurrentPrincipal() principal: Principal, @Param('username', { schema: usernameSchema }) username: string) {
    return this.commands.execute(new SwitchAccountCommand(principal, username, 'disabled'));
  }

  @Post(':username/enable')
  @Operation({
    id: 'enableAccount',
    needs: 'account:manage',
    summary: 'Let an account in again, with the password and the tokens it had.',
    answer: acceptedSchema,
    answerText: 'It is enabled.',
    problems: ['not-found', 'conflict', 'storage-full'],
  })
  enable(@CurrentPrincipal() principal: Principal, @Param('username', { schema: usernameSchema }) username: string) {
    return this.commands.execute(new SwitchAccountCommand(principal, username, 'enabled'));
  }

  @Post(':username/reset')
  @Operation({
    id: 'resetAccount',
    needs: 'account:manage',
    summary: 'End an account’s password and sessions, for a link with which its holder sets a new one; it is shown once.',
    answer: passwordLinkSchema,
    answerText: 'The link.',
    problems: ['not-found', 'conflict', 'too-large', 'unsupported-media-type', 'storage-full'],
  })
  reset(
    @CurrentPrincipal() principal: Principal,
    @Param('username', { schema: usernameSchema }) username: string,
    @Body({ schema: resetAccountRequestSchema }) { removeSecondFactor }: z.infer<typeof resetAccountRequestSchema>,
  ) {
    return this.commands.execute(new ResetAccountCommand(principal, username, removeSecondFactor));
  }

  @Get(':username/sessions')
  @Operation({
    id: 'listAccountSessions', needs: 'account:manage', summary: 'Where an account is signed in.', answer: accountSessionListSchema, answerText: 'Its sessions, newest first.', problems: ['not-found'],
  })
  sessions(@CurrentPrincipal() principal: Principal, @Param('username', { schema: usernameSchema }) username: string) {
    return this.queries.execute(new ListSessionsQuery(principal, username, null));
  }

  @Delete(':username/sessions')
  @Operation({
    id: 'endAccountSessions',
    needs: 'account:manage',
    summary: 'Sign an account out everywhere.',
    answer: acceptedSchema,
    answerText: 'None of its sessions counts any more.',
    problems: ['not-found', 'conflict', 'storage-full'],
  })
  endSessions(@CurrentPrincipal() principal: Principal, @Param('username', { schema: usernameSchema }) username: string) {
    return this.commands.execute(new EndAccountSessionsCommand(principal, username));
  }
}
