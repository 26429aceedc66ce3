import { retryPoison } from '@kanade/api-client';
import { BaseCommand } from '../../../base-command.ts';

export class ReadModelPoisonRetry extends BaseCommand {
  static override readonly summary = 'Try once more what could not be folded, by building the read model anew.';
  static override readonly description =
    'An event applied late would give other rows than one applied in its place, so the whole history is folded again, by the code that runs now. What cannot be folded then either stays listed.';
  static override readonly examples = ['<%= config.bin %> read-model poison retry'];

  async run(): Promise<void> {
    const { flags } = await this.parse(ReadModelPoisonRetry);
    this.connect(flags);
    this.print(flags, await retryPoison(), ({ position }) => `The read model is being built anew (position ${position}). See how far it is with: kanade read-model status`);
  }
}
