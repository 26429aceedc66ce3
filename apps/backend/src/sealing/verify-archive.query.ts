import type { ArchiveReport } from '@kanade/contracts';
import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import { CheckpointKeeper } from '../checkpoints/checkpoint-keeper.ts';
import { ArchiveExaminer } from './archive-examiner.ts';
import { rootAt } from './sealable.ts';

/** Reads the archive whole, and looks whether its seals hold. */
export class VerifyArchiveQuery extends Query<ArchiveReport> {}

@QueryHandler(VerifyArchiveQuery)
export class VerifyArchiveHandler implements IQueryHandler<VerifyArchiveQuery> {
  constructor(
    private readonly examiner: ArchiveExaminer,
    private readonly keeper: CheckpointKeeper,
  ) {}

  async execute(_query: VerifyArchiveQuery): Promise<ArchiveReport> {
    const tree = this.keeper.tree();
    const { ranges } = await this.examiner.list();
    // Gaps are defects; what is not verified yet cannot be held against anything.
    const size = Math.min(ranges.at(-1)?.last ?? 0, tree.size);
    const { examination, seals } = await this.examiner.examine('verify', size);
    const { root, defects } = examination;
    const isRoot = root === null || root === rootAt(tree, size);
    const wrongRoot = isRoot ? [] : [{ kind: 'altered' as const, first: 1, last: size, detail: 'the root over what is archived is not the one over what was verified' }];
    const all = [...defects, ...wrongRoot].slice(0, 100);
    return { ok: all.length === 0 && seals.length === 0, incarnation: tree.incarnation, size, root: all.length === 0 ? root : null, defects: all, seals: [...seals] };
  }
}
