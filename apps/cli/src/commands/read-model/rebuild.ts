import { rebuildReadModel } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';

export class ReadModelRebuild extends BaseCommand {
  static override readonly summary = 'Build the read model anew from the whole history, beside the one that answers; every replica does.';
  static override readonly description = 'Nothing waits for it, and no command is sent or alert repeated for what it folds. See how far it is with: kanade read-model status';
  static override readonly examples = ['<%= config.bin %> read-model rebuild'];

  async run(): Promise<void> {
    const { flags } = await this.parse(ReadModelRebuild);
    this.connect(flags);
    this.print(flags, await rebuildReadModel(), ({ position }) => `The read model is being built anew (position ${position}). See how far it is with: kanade read-model status`);
  }
}
