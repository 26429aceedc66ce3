import { Query } from '@nestjs/cqrs';
import type { SystemStatus } from '@kanade/contracts';
import type { Principal } from '../accounts/principal.ts';

/** How the backend is, part by part. */
export class GetStatusQuery extends Query<SystemStatus> {
  constructor(readonly principal: Principal) {
    super();
  }
}
