import { writeSeal } from '@kanade/archive';
import { formatPosition, parsePosition } from '@kanade/contracts';
import type { ArchiveDefect, Seal } from '@kanade/contracts';
import { decideSeal } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { CheckpointKeeper } from '../checkpoints/checkpoint-keeper.ts';
import { Clock } from '../clock.ts';
import { DomainError } from '../domain-error.ts';
import { archiveKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { positionUnknown } from '../projections/past.ts';
import { ArchiveExaminer } from './archive-examiner.ts';
import { SealArchiveCommand } from './seal-archive.command.ts';
import type { ArchiveSealedView, SealArchive } from './seal-archive.command.ts';
import { sealView } from './seal-view.ts';
import { archivedThrough, rootAt } from './sealable.ts';

const record = 'record';

const describe = ({ kind, first, last }: ArchiveDefect): string => `${first === last ? String(first) : `${first} to ${last}`} ${kind}`;

/** Reads the archive up to a position, holds it against what was verified, and signs which files have it. */
@CommandHandler(SealArchiveCommand)
export class SealArchiveHandler implements ICommandHandler<SealArchiveCommand> {
  constructor(
    private readonly examiner: ArchiveExaminer,
    private readonly keeper: CheckpointKeeper,
    private readonly log: ControlLog,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, wanted }: SealArchiveCommand): Promise<ArchiveSealedView> {
    const size = await this.boundary(wanted);
    const { incarnation } = this.keeper.tree();
    const through = formatPosition({ incarnation, sequence: size });
    // Whatever is sealed is covered by a checkpoint, too; it throws where the record is not what was signed.
    await this.keeper.covering(through);
    const seal = await this.read(size, incarnation);
    const { signed } = writeSeal(this.examiner.root, seal, (text) => this.keeper.sign(text));
    const { position } = await this.log.decide(archiveKind, record, { principal, decide: () => decideSeal({ through, root: seal.root }) });
    return { seal: sealView(seal, signed.key), position };
  }

  /** How far to seal; throws where that is not archived, or not verified. */
  private async boundary({ through }: SealArchive): Promise<number> {
    const { incarnation, size: verified } = this.keeper.tree();
    const { ranges } = await this.examiner.list();
    const archived = archivedThrough(ranges);
    const asked = through === undefined ? undefined : parsePosition(through);
    if (through !== undefined && asked?.incarnation !== incarnation) throw positionUnknown(through, { incarnation, sequence: verified });
    const size = asked?.sequence ?? Math.min(archived, verified);
    if (size === 0) throw new DomainError('conflict', 'There is nothing to seal: nothing is archived from the first event on.');
    if (size > archived) throw new DomainError('conflict', `The archive has everything up to ${archived} only: what comes then is missing.`, { details: { archivedThrough: archived } });
    return size;
  }

  private async read(size: number, incarnation: string): Promise<Seal> {
    const { sealable } = await this.examiner.examine('seal', size);
    const { examination, segments } = sealable;
    const { defects, root } = examination;
    if (defects.length > 0) {
      throw new DomainError('conflict', `The archive is not what was verified: ${defects.slice(0, 5).map(describe).join(', ')}. Nothing is sealed.`, { details: { defects } });
    }
    if (root === null || root !== rootAt(this.keeper.tree(), size)) throw new DomainError('conflict', `The first ${size} events of the archive are not those that were verified. Nothing is sealed.`);
    return { incarnation, size, root, time: this.clock.iso(), segments: [...segments] };
  }
}
