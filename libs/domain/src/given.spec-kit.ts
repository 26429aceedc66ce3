import type { ControlEvent } from '@kanade/contracts';
import { expect } from 'vitest';
import type { Decision, EventDraft } from './decision.ts';
import { fold } from './decision.ts';

let events = 0;

/** A draft as it would come back from the history. */
export function recorded(draft: EventDraft): ControlEvent {
  events += 1;
  const id = `event-${events}`;
  return { ...draft, specversion: '1.0', id, source: 'control/test/one', time: '2026-01-31T12:00:00.000Z' };
}

/** given(events) → when(command) → then events or a refusal. */
export function decider<Command, State>(kit: {
  readonly initial: State;
  readonly decide: (command: Command, state: State) => Decision;
  readonly evolve: (state: State, event: ControlEvent) => State;
}) {
  return {
    given: (...past: readonly EventDraft[]) => ({
      when: (command: Command) => {
        const decision = kit.decide(command, fold(kit.initial, past.map(recorded), kit.evolve));
        return {
          refuses: (code: string) => {
            expect(decision).toMatchObject({ kind: 'refused', refusal: { code } });
          },
          makes: (...drafts: readonly EventDraft[]) => {
            expect(decision).toEqual({ kind: 'accepted', events: drafts });
          },
        };
      },
    }),
  };
}
