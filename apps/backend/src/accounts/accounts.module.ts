import { Module } from '@nestjs/common';
import { SessionController } from './session.controller.ts';
import { TokensController } from './tokens.controller.ts';

@Module({ controllers: [SessionController, TokensController] })
export class AccountsModule {}
