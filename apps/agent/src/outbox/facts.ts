import type { EndpointEvent, EventOf } from '@kanade/contracts';

type FactOf<Type extends EndpointEvent['type']> = {
  readonly type: Type;
  readonly data: EventOf<Type>['data'];
  /** What it is about, e.g. `run/<runId>`. */
  readonly subject?: string;
  /** The execution it belongs to. */
  readonly correlationid?: string;
};

/** What an endpoint may say, before it becomes an event with an id, a time and a place in the chain. */
export type Fact = { [Type in EndpointEvent['type']]: FactOf<Type> }[EndpointEvent['type']];
