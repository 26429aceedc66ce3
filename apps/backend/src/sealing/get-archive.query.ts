import { streams } from '@kanade/contracts';
import type { Archive } from '@kanade/contracts';
import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import { Broker } from '../broker/broker.ts';
import { ArchiveExaminer } from './archive-examiner.ts';
import { sealView } from './seal-view.ts';

/** What the archive holds, and what the stream still does. */
export class GetArchiveQuery extends Query<Archive> {}

@QueryHandler(GetArchiveQuery)
export class GetArchiveHandler implements IQueryHandler<GetArchiveQuery> {
  constructor(
    private readonly examiner: ArchiveExaminer,
    private readonly broker: Broker,
  ) {}

  async execute(_query: GetArchiveQuery): Promise<Archive> {
    const { ranges, segments, seals } = await this.examiner.list();
    const stream = (await this.broker.usage()).find(({ name }) => name === streams.events);
    return {
      incarnation: this.broker.get().events.incarnation,
      ranges: [...ranges],
      stream: stream === undefined || stream.messages === 0 ? null : { first: stream.firstSequence, last: stream.lastSequence },
      segments: [...segments],
      seals: seals.map(({ seal, key }) => sealView(seal, key)),
    };
  }
}
