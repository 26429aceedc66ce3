import type { Checkpoint } from '@kanade/contracts';
import { checkpointFault } from '../checkpoint.ts';
import type { PublicSigningKey } from '../signatures.ts';
import type { Defect } from './report.ts';
import { RightEdge } from './right-edge.ts';

/** Holds an export against checkpoints that are known from elsewhere. */
export class KnownCheckpoints {
  private readonly sound: readonly Checkpoint[];
  private readonly compared = new Set<Checkpoint>();
  private readonly edge = new RightEdge();
  private readonly report: (defect: Defect) => void;
  private readonly own: Checkpoint;

  constructor(known: readonly Checkpoint[], own: Checkpoint, keys: readonly PublicSigningKey[], report: (defect: Defect) => void) {
    this.report = report;
    this.own = own;
    const signed = known.filter((checkpoint) => {
      const fault = checkpointFault(checkpoint, keys);
      if (fault !== undefined) report({ kind: 'checkpoint-signature', position: checkpoint.size, detail: `the known checkpoint over ${checkpoint.size} events: ${fault}` });
      return fault === undefined;
    });
    this.sound = signed.filter(({ incarnation }) => incarnation === own.incarnation).sort((one, other) => one.size - other.size);
    const [foreign] = signed;
    if (foreign !== undefined && this.sound.length === 0) report({ kind: 'foreign-incarnation', position: null, detail: `the export is of history ${own.incarnation}, the known checkpoint of ${foreign.incarnation}` });
    for (const checkpoint of this.sound) this.compareSize(checkpoint);
  }

  private compareSize(checkpoint: Checkpoint): void {
    const { size, time } = checkpoint;
    if (size > this.own.size) this.report({ kind: 'cut-short', position: this.own.size, detail: `a checkpoint over ${size} events is known, signed at ${time}; the export ends at ${this.own.size}` });
    if (size === this.own.size && checkpoint.root !== this.own.root) this.contradict(checkpoint);
    if (size >= this.own.size) this.compared.add(checkpoint);
  }

  private contradict(checkpoint: Checkpoint): void {
    this.report({ kind: 'checkpoint-contradicted', position: checkpoint.size, detail: `the first ${checkpoint.size} events are not those of the known checkpoint signed at ${checkpoint.time}` });
  }

  /** Proven leaf hashes from a position on; those that do not follow the ones before tell nothing. */
  leaves(from: number, hashes: readonly Uint8Array[]): void {
    if (this.compared.size === this.sound.length || from !== this.edge.size + 1) return;
    for (const hash of hashes) {
      this.edge.append(hash);
      for (const checkpoint of this.sound) {
        if (checkpoint.size !== this.edge.size) continue;
        this.compared.add(checkpoint);
        if (Buffer.from(this.edge.root()).toString('hex') !== checkpoint.root) this.contradict(checkpoint);
      }
    }
  }

  /** Those the export could not be held against. */
  notCompared(): readonly Checkpoint[] {
    return this.sound.filter((checkpoint) => !this.compared.has(checkpoint));
  }
}
