import type { EventHandlers } from '../../fold/events.ts';
import type { Session } from '../../fold/session.ts';

/** Requests to fold everything anew: they leave no row, and are told to whoever keeps the read model. */
export function openRebuilds({ changes }: Session) {
  const events: EventHandlers = {
    'kanade.read-model.rebuild-requested.v1': ({ data }) => {
      changes.row('rebuild', data.reason);
      return undefined;
    },
  };
  return { events };
}
