import { Injectable } from '@nestjs/common';
import { controlEventSchema, formatPosition, subjects } from '@kanade/contracts';
import type { ControlAggregate, ControlEvent, Position } from '@kanade/contracts';
import { fold } from '@kanade/domain';
import type { Decision, EventDraft } from '@kanade/domain';
import { sha256Hex, signMessage } from '@kanade/messaging';
import type { AppendEntry, StoredMessage } from '@kanade/messaging';
import { principalText } from '../accounts/principal.ts';
import type { Principal } from '../accounts/principal.ts';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import { DomainError } from '../domain-error.ts';
import { newId } from './uuid.ts';

/** How one kind of aggregate is read. */
export interface AggregateKind<State> {
  readonly aggregate: ControlAggregate;
  readonly initial: State;
  readonly evolve: (state: State, event: ControlEvent) => State;
  /** Its newest event tells enough: one that gets an event with every sign-in is not read from the beginning each time. */
  readonly newestOnly?: boolean;
}

/** An aggregate as it is: its state, and the sequences of its first and newest event (0: it has none). */
export interface Loaded<State> {
  readonly state: State;
  readonly firstSequence: number;
  readonly lastSequence: number;
}

/** What a command came to: the state after it, the events it made (none when nothing changed), where the aggregate is now. */
export interface Decided<State> extends Loaded<State> {
  readonly events: readonly ControlEvent[];
  readonly position: Position;
}

export interface DecideOptions<State> {
  readonly principal: Principal;
  /** Called again with a newer state when somebody else appended in between. */
  readonly decide: (state: State) => Decision | Promise<Decision>;
  /** Stored before the first event of a decision, which carries its digest. */
  readonly privatePart?: Uint8Array;
  /** The moment the events speak of, Unix ms; the clock's unless said. */
  readonly now?: number;
}

const attempts = 5;

/** The control plane's side of the record: loads one aggregate, decides, signs, appends by expectation. */
@Injectable()
export class ControlLog {
  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
  ) {}

  async load<State>(kind: AggregateKind<State>, id: string): Promise<Loaded<State>> {
    const { events: log } = this.broker.get();
    const subject = subjects.controlEvents(kind.aggregate, id);
    const newest = kind.newestOnly === true ? await log.readLast(subject) : undefined;
    const messages = newest !== undefined && this.isOwn(newest) ? [newest] : await log.readSubject(subject);
    const own = this.ownEvents(messages);
    const events = own.map(({ event }) => event);
    return { state: fold(kind.initial, events, kind.evolve), firstSequence: own[0]?.sequence ?? 0, lastSequence: messages.at(-1)?.sequence ?? 0 };
  }

  private isOwn(message: StoredMessage): boolean {
    return this.broker.get().controlKeys.refusal(message) === undefined;
  }

  /** What the backend wrote itself, each once: whatever somebody else put into the broker decides nothing, and is poison to the fold. */
  private ownEvents(messages: readonly StoredMessage[]): { readonly event: ControlEvent; readonly sequence: number }[] {
    const seen = new Set<string>();
    return messages.flatMap((message) => {
      if (!this.isOwn(message)) return [];
      const event = controlEventSchema.parse(JSON.parse(Buffer.from(message.body).toString()));
      if (seen.has(event.id)) return [];
      seen.add(event.id);
      return [{ event, sequence: message.sequence }];
    });
  }

  /** Throws the decider's refusal as a DomainError, and `conflict` when others keep coming first. */
  async decide<State>(kind: AggregateKind<State>, id: string, options: DecideOptions<State>): Promise<Decided<State>> {
    const { events: log } = this.broker.get();
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const loaded = await this.load(kind, id);
      const decision = await options.decide(loaded.state);
      if (decision.kind === 'refused') {
        const { code, message, details } = decision.refusal;
        throw new DomainError(code, message, details === undefined ? {} : { details });
      }
      const position = (sequence: number) => formatPosition({ incarnation: log.incarnation, sequence });
      if (decision.events.length === 0) return { ...loaded, events: [], position: position(loaded.lastSequence) };
      const events = decision.events.map((draft, index) => this.complete(kind.aggregate, id, draft, options, index === 0));
      const [first] = events;
      if (first !== undefined && options.privatePart !== undefined) {
        await this.broker.get().privateParts.put(subjects.controlPrivate(first.id), options.privatePart);
      }
      const result = await log.append(events.map((event) => this.entry(kind.aggregate, id, event, loaded.lastSequence)));
      if (result.outcome === 'stored') {
        const lastSequence = result.sequences.at(-1) ?? loaded.lastSequence;
        const firstSequence = loaded.firstSequence === 0 ? (result.sequences[0] ?? 0) : loaded.firstSequence;
        return { state: fold(loaded.state, events, kind.evolve), firstSequence, lastSequence, events, position: position(lastSequence) };
      }
    }
    throw new DomainError('conflict', `others keep changing ${kind.aggregate} ${id} at the same time; try again`, { retryable: true });
  }

  private complete(
    aggregate: ControlAggregate,
    id: string,
    draft: EventDraft,
    { principal, privatePart, now = this.clock.now() }: Pick<DecideOptions<never>, 'principal' | 'privatePart' | 'now'>,
    first: boolean,
  ): ControlEvent {
    return {
      specversion: '1.0',
      id: newId(now),
      source: `control/${aggregate}/${id}`,
      time: new Date(now).toISOString(),
      principal: principalText(principal),
      ...(principal.origin === undefined ? {} : { remoteaddress: principal.origin.address, interface: principal.origin.interface }),
      ...(first && privatePart !== undefined ? { privatedigest: sha256Hex(privatePart) } : {}),
      ...draft,
    };
  }

  private entry(aggregate: ControlAggregate, id: string, event: ControlEvent, expectedLastSequence: number): AppendEntry {
    const subject = subjects.controlEvents(aggregate, id);
    const body = Buffer.from(JSON.stringify(event));
    return { subject, body, expectedLastSequence, headers: signMessage(this.broker.get().keys.control, 'control', subject, body) };
  }
}
