import { Command, Flags } from '@oclif/core';
import { configureApi, readAsOf } from '@kanade/api-client';
import { parsePosition } from '@kanade/contracts';
import { trustOnly } from './config/authority.ts';
import { resolveProfile, type Profile } from './config/profile.ts';
import { ofCli } from './config/of-cli.ts';
import { exitCodes } from './exit-codes.ts';
import { Failure } from './failure.ts';
import { formatTime } from './render/units.ts';
import { toFailure } from './to-failure.ts';

/** Every command's frame: one profile, data on stdout, talk on stderr, one translation of errors into exit codes. */
export abstract class BaseCommand extends Command {
  static override readonly baseFlags = {
    json: Flags.boolean({ description: 'print one JSON document on stdout', helpGroup: 'GLOBAL' }),
    profile: Flags.string({ description: 'which signed-in backend to use', env: 'KANADE_PROFILE', helpGroup: 'GLOBAL' }),
  };

  /** Signs the API client in with the profile the flags and the surroundings name; with `at`, it answers as of then. */
  protected connect(flags: { readonly profile?: string | undefined; readonly at?: string | undefined }): Profile {
    const profile = resolveProfile(process.env, process.cwd(), flags.profile);
    if (profile.ca !== undefined) trustOnly(profile.ca);
    configureApi({ baseUrl: profile.url, token: profile.token, headers: ofCli });
    readAsOf(flags.at);
    if (flags.at !== undefined) this.tell(`As of ${parsePosition(flags.at) === undefined ? formatTime(flags.at) : flags.at}, not as it is now:`);
    return profile;
  }

  /** Prints the command's result: the document itself with `--json`, else what `text` makes of it. */
  protected print<Result>(flags: { readonly json?: boolean | undefined }, result: Result, text: (result: Result) => string): void {
    this.log(flags.json ? JSON.stringify(result, null, 2) : text(result));
  }

  /** Talk goes to stderr, so that a pipeline gets only data. */
  protected tell(line: string): void {
    process.stderr.write(`${line}\n`);
  }

  override catch(error: Error & { exitCode?: number; oclif?: { exit?: number } }): Promise<never> {
    if (error.oclif?.exit === exitCodes.ok) throw error;
    const failure = toFailure(error);
    if (this.argv.includes('--json')) {
      this.log(JSON.stringify({ error: { code: failure.code, message: failure.message, suggestion: failure.suggestion } }, null, 2));
    }
    this.tell(`kanade: ${failure.message}`);
    if (failure.suggestion) this.tell(`  ${failure.suggestion}`);
    return this.exit(failure.exitCode);
  }
}

/** A command's wish to end with a certain exit code and nothing more to say. */
export function endedWith(code: Failure['exitCode']): Failure {
  return new Failure('', { exitCode: code });
}
