import { ApiError, deleteSession } from '@kanade/api-client';
import { BaseCommand } from '../base-command.ts';
import { forgetProfile } from '../config/profile-store.ts';

export class Logout extends BaseCommand {
  static override readonly summary = 'End the token of a profile, and forget the profile.';

  async run(): Promise<void> {
    const { flags } = await this.parse(Logout);
    const { name, url } = this.connect(flags);
    await endToken();
    forgetProfile(process.env, name);
    this.print(flags, { profile: name, url }, () => `Signed out of ${url}.`);
  }
}

/** A token that has ended already is what was wanted. */
async function endToken(): Promise<void> {
  try {
    await deleteSession();
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
  }
}
