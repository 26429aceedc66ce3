import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { Injectable } from '@nestjs/common';
import {
  authorizationCodeGrant, buildAuthorizationUrl, buildEndSessionUrl, calculatePKCECodeChallenge, ClientSecretBasic, ClientSecretPost, clockTolerance, discovery,
  enableNonRepudiationChecks, fetchUserInfo, None, randomNonce, randomPKCECodeVerifier, randomState,
} from 'openid-client';
import type { ClientAuth, Configuration, TokenEndpointResponse, TokenEndpointResponseHelpers } from 'openid-client';
import { Config } from '../config/config.ts';
import { readOidcSettings } from './oidc-settings.ts';
import type { OidcSettings } from './oidc-settings.ts';
import { ProviderRefusal } from './provider-refusal.ts';
import type { SignInTicket } from './sign-in-ticket.ts';

/** How long the provider may take to answer. */
const timeoutSeconds = 10;
/** How far its clock may be off. */
const toleranceSeconds = 30;
/** How old a proof may be that was asked for anew: somebody takes a while to give it. */
const freshSeconds = 300;

type Tokens = TokenEndpointResponse & TokenEndpointResponseHelpers;

/** What the provider says of somebody, all of it checked. */
export interface Vouched {
  readonly issuer: string;
  readonly subject: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** When they proved to the provider who they are, Unix ms; null when it does not say. */
  readonly provedAt: number | null;
}

/** Whether it was out of reach: the library wraps what `fetch` throws, and anything but its own errors is such. */
function isOutOfReach(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? error.code : undefined;
  if (code === 'OAUTH_TIMEOUT') return true;
  const { cause } = error;
  if (cause instanceof Response) return cause.status >= 500;
  return error instanceof TypeError && code === undefined;
}

function refusalOf(error: unknown): ProviderRefusal {
  const words = error instanceof Error ? error.message : String(error);
  return isOutOfReach(error) ? new ProviderRefusal('unavailable', `the identity provider cannot be reached: ${words}`, { cause: error }) : new ProviderRefusal('refused', `the identity provider’s answer does not count: ${words}`, { cause: error });
}

/** As the provider takes it: in the header unless it says that it wants the secret in the body. */
function authentication(secret: string | undefined): ClientAuth {
  if (secret === undefined) return None();
  return (server, client, body, headers) => {
    const ways = server.token_endpoint_auth_methods_supported;
    const inBody = ways?.includes('client_secret_basic') === false && ways.includes('client_secret_post');
    const put = inBody ? ClientSecretPost(secret) : ClientSecretBasic(secret);
    put(server, client, body, headers);
  };
}

/** The identity provider, as far as the configuration names one; asked who it is when it is first needed. */
@Injectable()
export class IdentityProvider {
  readonly settings: OidcSettings | undefined;
  private discovered: Configuration | undefined;
  private discovering: Promise<Configuration> | undefined;

  constructor({ oidc }: Config) {
    this.settings = oidc && readOidcSettings(oidc);
    if (this.settings?.ca !== undefined) setDefaultCACertificates([...getCACertificates('default'), this.settings.ca]);
  }

  /** What people are shown: its name, and where it signs them out once that is known. */
  describe(): { readonly name: string; readonly signOutUrl: string | null } | null {
    if (this.settings === undefined) return null;
    const { name, publicUrl } = this.settings;
    if (this.discovered?.serverMetadata().end_session_endpoint === undefined) return { name, signOutUrl: null };
    return { name, signOutUrl: buildEndSessionUrl(this.discovered, { post_logout_redirect_uri: `${publicUrl}/sign-in` }).href };
  }

  /** Where a browser goes to sign in, and what it must come back with. Throws a ProviderRefusal. */
  async begin(settings: OidcSettings, { fresh, from }: Pick<SignInTicket, 'fresh' | 'from'>): Promise<{ readonly address: string; readonly ticket: SignInTicket }> {
    const configuration = await this.configuration(settings);
    const ticket = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier(), fresh, from };
    const address = buildAuthorizationUrl(configuration, {
      redirect_uri: settings.redirectUri, scope: settings.scopes, state: ticket.state, nonce: ticket.nonce,
      code_challenge: await calculatePKCECodeChallenge(ticket.verifier), code_challenge_method: 'S256',
      ...(settings.acrValues.length === 0 ? {} : { acr_values: settings.acrValues.join(' ') }),
      ...(fresh ? { prompt: 'login', max_age: String(freshSeconds) } : {}),
    });
    return { address: address.href, ticket };
  }

  /** What the provider vouches for, by the answer a browser brought back (`query`, with its `?`). Throws a ProviderRefusal. */
  async end(settings: OidcSettings, query: string, { state, nonce, verifier, fresh }: SignInTicket): Promise<Vouched> {
    const answer = new URL(`${settings.redirectUri}${query}`);
    if (answer.searchParams.get('state') !== state) throw new ProviderRefusal('stale', 'the answer belongs to another sign-in than the one this browser began');
    const configuration = await this.configuration(settings);
    const tokens = await authorizationCodeGrant(configuration, answer, {
      expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true, ...(fresh ? { maxAge: freshSeconds } : {}),
    }).catch((error: unknown) => {
      throw refusalOf(error);
    });
    return this.vouched(settings, configuration, tokens);
  }

  private async vouched(settings: OidcSettings, configuration: Configuration, tokens: Tokens): Promise<Vouched> {
    const token = tokens.claims();
    if (token === undefined) throw new ProviderRefusal('refused', 'the identity provider sent no ID token');
    if (settings.acrValues.length > 0 && !settings.acrValues.some((value) => value === token['acr'])) {
      throw new ProviderRefusal('too-weak', `the identity provider signed somebody in by ${JSON.stringify(token['acr'])}, and KANADE_OIDC_ACR wants ${settings.acrValues.join(' or ')}`);
    }
    const wanted = [settings.usernameClaim, ...(settings.mapping === undefined ? [] : [settings.mapping.claim])];
    const isWhole = wanted.every((claim) => token[claim] !== undefined) || configuration.serverMetadata().userinfo_endpoint === undefined;
    const more = isWhole
      ? {}
      : await fetchUserInfo(configuration, tokens.access_token, token.sub).catch((error: unknown) => {
          throw refusalOf(error);
        });
    const authTime = token['auth_time'];
    // What is signed comes last: it cannot be overruled by what is not.
    return { issuer: token.iss, subject: token.sub, claims: { ...more, ...token }, provedAt: typeof authTime === 'number' ? authTime * 1000 : null };
  }

  private async configuration(settings: OidcSettings): Promise<Configuration> {
    if (this.discovered !== undefined) return this.discovered;
    this.discovering ??= this.discover(settings).finally(() => {
      this.discovering = undefined;
    });
    return this.discovering;
  }

  private async discover({ issuer, clientId, secret }: OidcSettings): Promise<Configuration> {
    const client = { [clockTolerance]: toleranceSeconds };
    const configuration = await discovery(new URL(issuer), clientId, client, authentication(secret), {
      timeout: timeoutSeconds,
      // The signature too, and not TLS alone.
      execute: [enableNonRepudiationChecks],
    }).catch((error: unknown) => {
      throw refusalOf(error);
    });
    this.discovered = configuration;
    return configuration;
  }
}
