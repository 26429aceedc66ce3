import { Module } from '@nestjs/common';
import { AccountGrants } from './account-grants.ts';
import { AccountRecords } from './account-records.ts';
import { AccountsController } from './accounts.controller.ts';
import { AdminAccount } from './admin-account.ts';
import { Administrators } from './administrators.ts';
import { Authenticator } from './authenticator.ts';
import { ChangePasswordHandler } from './change-password.handler.ts';
import { ConfirmSecondFactorHandler } from './confirm-second-factor.handler.ts';
import { CreateAccountHandler } from './create-account.handler.ts';
import { DisableSecondFactorHandler } from './disable-second-factor.handler.ts';
import { EndAccountSessionsHandler } from './end-account-sessions.handler.ts';
import { EndOwnSessionsHandler } from './end-own-sessions.handler.ts';
import { GetOwnAccountHandler } from './get-own-account.query.ts';
import { ListSessionsHandler } from './list-sessions.query.ts';
import { OfferSecondFactorHandler } from './offer-second-factor.handler.ts';
import { OwnAccountController } from './own-account.controller.ts';
import { PasswordLinks } from './password-links.ts';
import { Passwords } from './passwords.ts';
import { ResetAccountHandler } from './reset-account.handler.ts';
import { SecondFactors } from './second-factors.ts';
import { SessionRotation } from './session-rotation.ts';
import { SessionController } from './session.controller.ts';
import { Sessions } from './sessions.ts';
import { SetGrantsHandler } from './set-grants.handler.ts';
import { SetPasswordHandler } from './set-password.handler.ts';
import { SitesModule } from '../sites/sites.module.ts';
import { SignInCheck } from './sign-in-check.ts';
import { SignInHandler } from './sign-in.handler.ts';
import { SignInThrottle } from './sign-in-throttle.ts';
import { SignOutHandler } from './sign-out.handler.ts';
import { SwitchAccountHandler } from './switch-account.handler.ts';
import { CreateSessionTokenHandler } from './tokens/create-session-token.handler.ts';
import { CreateTokenHandler } from './tokens/create-token.handler.ts';
import { ListTokensHandler } from './tokens/list-tokens.query.ts';
import { RevokeTokenHandler } from './tokens/revoke-token.handler.ts';
import { TokenMaker } from './tokens/token-maker.ts';
import { TokensController } from './tokens/tokens.controller.ts';
import { Tokens } from './tokens/tokens.ts';

const handlers = [
  ChangePasswordHandler, ConfirmSecondFactorHandler, CreateAccountHandler, CreateTokenHandler, DisableSecondFactorHandler, EndAccountSessionsHandler,
  EndOwnSessionsHandler, GetOwnAccountHandler, ListSessionsHandler, OfferSecondFactorHandler, ResetAccountHandler, SetGrantsHandler, SetPasswordHandler, SignInHandler,
  SignOutHandler, SwitchAccountHandler, CreateSessionTokenHandler, ListTokensHandler, RevokeTokenHandler,
];

@Module({
  imports: [SitesModule],
  controllers: [SessionController, TokensController, AccountsController, OwnAccountController],
  providers: [
    AccountGrants, AccountRecords, AdminAccount, Administrators, Authenticator, PasswordLinks, Passwords, SecondFactors, SessionRotation, Sessions, SignInCheck,
    SignInThrottle, TokenMaker, Tokens, ...handlers,
  ],
  exports: [AccountGrants, AccountRecords, AdminAccount, Authenticator, Sessions, SignInCheck, SitesModule],
})
export class AccountsModule {}
