import { Injectable } from '@nestjs/common';
import { FoldAccess } from '../history/fold-access.ts';
import type { ProcessManager } from '../leader/process-manager.ts';
import { WorkLoop } from '../leader/work-loop.ts';
import { Log } from '../log.ts';
import { knownSecrets } from './secret.reads.ts';
import { SecretValues } from './secret-values.ts';

const periodMs = 900_000;

/** Purges values that no event speaks of (any more): what was to be purged when a process died. */
@Injectable()
export class SecretKeeper implements ProcessManager {
  readonly name = 'secret keeper';
  private readonly loop: WorkLoop;

  constructor(
    private readonly fold: FoldAccess,
    private readonly values: SecretValues,
    private readonly sink: Log,
  ) {
    this.loop = new WorkLoop({ name: this.name, periodMs, log: sink, work: () => this.purge() });
  }

  run(signal: AbortSignal): Promise<void> {
    return this.loop.run(signal);
  }

  /** One pass over all values. */
  async purge(): Promise<void> {
    const wanted = new Set(knownSecrets(await this.fold.settled()).map(({ valueId }) => valueId));
    const purged = await this.values.purgeUnwanted(({ valueId }) => wanted.has(valueId));
    if (purged > 0) this.sink.info({ purged }, 'purged values of secrets that nothing refers to');
  }
}
