import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { accountSessionListSchema } from '@kanade/contracts';
import type { z } from 'zod';
import { AccountRecords } from './account-records.ts';
import type { Principal } from './principal.ts';
import { Sessions, sessionView } from './sessions.ts';

export type ListSessionsResult = z.infer<typeof accountSessionListSchema>;

/** The sessions of an account that count now; they are in no event, and so in no read model. */
export class ListSessionsQuery extends Query<ListSessionsResult> {
  constructor(
    readonly principal: Principal,
    readonly username: string,
    /** The session that asks, null when it is somebody else's. */
    readonly current: string | null,
  ) {
    super();
  }
}

@QueryHandler(ListSessionsQuery)
export class ListSessionsHandler implements IQueryHandler<ListSessionsQuery> {
  constructor(
    private readonly accounts: AccountRecords,
    private readonly sessions: Sessions,
  ) {}

  async execute({ username, current }: ListSessionsQuery): Promise<ListSessionsResult> {
    const sessions = await this.sessions.list(await this.accounts.get(username));
    return { items: sessions.map(({ session }) => sessionView(session, current)) };
  }
}
