import { deleteReadModel } from '@kanade/read-models';
import type { FoldRunner } from './fold-runner.ts';
import type { OpenModel } from './past.ts';

interface Replaced {
  readonly runner: FoldRunner;
  readonly model: OpenModel | undefined;
  readonly timer: NodeJS.Timeout;
}

/** Read models that another one has taken the place of: whoever still reads in one may end what they began. */
export class ReplacedModels {
  private readonly keptMs: number;
  private readonly all = new Set<Replaced>();

  constructor(keptMs: number) {
    this.keptMs = keptMs;
  }

  get paths(): string[] {
    return [...this.all].map(({ runner }) => runner.file.path);
  }

  add(runner: FoldRunner, model: OpenModel | undefined): void {
    const replaced = { runner, model, timer: setTimeout(() => void this.remove(replaced), this.keptMs) };
    this.all.add(replaced);
  }

  /** Closes what is open; files stay until the next start. */
  async close(): Promise<void> {
    const all = [...this.all];
    this.all.clear();
    for (const { timer, model } of all) {
      clearTimeout(timer);
      model?.close();
    }
    await Promise.all(all.map(({ runner }) => runner.stop()));
  }

  private async remove(replaced: Replaced): Promise<void> {
    await replaced.runner.stop();
    if (!this.all.delete(replaced)) return;
    replaced.model?.close();
    deleteReadModel(replaced.runner.file.path);
  }
}
