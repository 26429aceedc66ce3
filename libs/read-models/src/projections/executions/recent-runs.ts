import type { RunRow } from './run-rows.ts';

const maxRuns = 50_000;

interface Recent {
  readonly row: RunRow;
  /** Chunks seen of stdout and stderr; null from the moment they cannot all have been seen. */
  readonly chunks: (number | null)[];
}

/**
 * Runs whose output has just been folded, because their end is about to follow: it need not look them up again, nor count what was stored.
 * Whoever changes a run drops it here first; a wrong memory would be a wrong row.
 */
export class RecentRuns {
  readonly #runs = new Map<string, Recent>();

  get(id: string): RunRow | undefined {
    return this.#runs.get(id)?.row;
  }

  remember(id: string, row: RunRow): void {
    if (this.#runs.size >= maxRuns) this.#dropOldest();
    this.#runs.set(id, { row, chunks: [0, 0] });
  }

  /** Notes a stored chunk; only counts that began with chunk 0 are counts of everything. */
  stored(id: string, stream: number, chunk: number): void {
    const chunks = this.#runs.get(id)?.chunks;
    const known = chunks?.[stream];
    if (chunks === undefined || known === undefined || known === null) return;
    chunks[stream] = known === 0 && chunk !== 0 ? null : known + 1;
  }

  /** Chunks stored of a stream, when all were seen. */
  chunks(id: string, stream: number): number | undefined {
    return this.#runs.get(id)?.chunks[stream] ?? undefined;
  }

  #dropOldest(): void {
    const [oldest] = this.#runs.keys();
    if (oldest !== undefined) this.#runs.delete(oldest);
  }

  drop(id: string): void {
    this.#runs.delete(id);
  }

  forget(): void {
    this.#runs.clear();
  }
}
