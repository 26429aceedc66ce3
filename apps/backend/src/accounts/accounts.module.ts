import { Module } from '@nestjs/common';
import { AdminAccount } from './admin-account.ts';
import { Authenticator } from './authenticator.ts';
import { CreateTokenHandler } from './create-token.handler.ts';
import { PasswordCheck } from './password-check.ts';
import { Passwords } from './passwords.ts';
import { RefusalCounts } from './refusal-counts.ts';
import { SessionController } from './session.controller.ts';
import { SignInHandler } from './sign-in.handler.ts';
import { SignInThrottle } from './sign-in-throttle.ts';
import { SignOutHandler } from './sign-out.handler.ts';
import { TokensController } from './tokens.controller.ts';

@Module({
  controllers: [SessionController, TokensController],
  providers: [
    AdminAccount, Authenticator, CreateTokenHandler, PasswordCheck, Passwords, RefusalCounts, SignInHandler, SignInThrottle, SignOutHandler,
  ],
  exports: [AdminAccount, Authenticator, RefusalCounts],
})
export class AccountsModule {}
