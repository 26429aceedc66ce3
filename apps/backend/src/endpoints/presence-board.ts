import { stepPresence } from '@kanade/domain';

type Recorded = 'online' | 'offline' | 'never-seen';

interface Entry {
  readonly nkey: string;
  recorded: Recorded;
  recordedAt: number;
  observed: 'online' | 'offline';
  since: number;
  /** Connections open under its key: a new one may come before the broker notices that the old one is gone. */
  connections: number;
  beatAt: number;
  reason: 'disconnected' | 'beats-missed';
}

/** A transition that is due: to be appended, then reported back with `recorded`. */
export interface DueTransition {
  readonly endpointId: string;
  readonly to: 'online' | 'offline';
  /** When it was observed, Unix ms. */
  readonly at: number;
  readonly reason: 'disconnected' | 'beats-missed';
}

/** How long, in ms, an endpoint may be connected without a beat. */
export const beatTimeoutMs = 50_000;

/** Who is there, as the broker and the beats tell it, beside what the history says; times are Unix ms and come from the caller. */
export class PresenceBoard {
  private readonly entries = new Map<string, Entry>();
  private readonly byNkey = new Map<string, string>();

  /** Learns of an endpoint, or of what the history says of it. */
  know(row: { readonly id: string; readonly nkey: string; readonly status: Recorded; readonly observedAt: string | null }, now: number): void {
    const known = this.known(row);
    const recordedAt = row.observedAt === null ? 0 : Date.parse(row.observedAt);
    if (known === undefined) {
      const observed = row.status === 'online' ? 'online' : 'offline';
      this.entries.set(row.id, {
        nkey: row.nkey, recorded: row.status, recordedAt, observed, since: now, connections: 0, beatAt: now, reason: 'disconnected',
      });
      this.byNkey.set(row.nkey, row.id);
      return;
    }
    known.recorded = row.status;
    known.recordedAt = Math.max(known.recordedAt, recordedAt);
  }

  /** What is known of the endpoint under the key it has; one that has got another key is met anew. */
  private known({ id, nkey }: { readonly id: string; readonly nkey: string }): Entry | undefined {
    const entry = this.entries.get(id);
    if (entry === undefined || entry.nkey === nkey) return entry;
    this.byNkey.delete(entry.nkey);
    return undefined;
  }

  hasKey(endpointId: string, nkey: string): boolean {
    return this.entries.get(endpointId)?.nkey === nkey;
  }

  has(endpointId: string): boolean {
    return this.entries.has(endpointId);
  }

  /** False when no endpoint with this key is known yet. */
  connected(nkey: string, now: number): boolean {
    const entry = this.entryOf(nkey);
    if (entry === undefined) return false;
    entry.connections += 1;
    entry.beatAt = now;
    this.observe(entry, 'online', now);
    return true;
  }

  disconnected(nkey: string, now: number): void {
    const entry = this.entryOf(nkey);
    if (entry === undefined) return;
    entry.connections = Math.max(0, entry.connections - 1);
    if (entry.connections > 0) return;
    entry.reason = 'disconnected';
    this.observe(entry, 'offline', now);
  }

  /** A beat needs a connection: it stands for one whose beginning was missed. */
  beat(endpointId: string, now: number): void {
    const entry = this.entries.get(endpointId);
    if (entry === undefined) return;
    entry.beatAt = now;
    entry.connections = Math.max(1, entry.connections);
    this.observe(entry, 'online', now);
  }

  /** All who are connected now; the others count as gone from `goneAt` on, later than now where many are still on their way back. */
  reconcile(nkeys: ReadonlySet<string>, now: number, goneAt: number): void {
    for (const entry of this.entries.values()) {
      const there = nkeys.has(entry.nkey);
      entry.connections = there ? 1 : 0;
      if (there) entry.beatAt = now;
      else entry.reason = 'disconnected';
      this.observe(entry, there ? 'online' : 'offline', there ? now : goneAt);
    }
  }

  /** Transitions whose time has come. */
  due(now: number): DueTransition[] {
    const due: DueTransition[] = [];
    for (const [endpointId, entry] of this.entries) {
      if (entry.observed === 'online' && now - entry.beatAt >= beatTimeoutMs) {
        entry.reason = 'beats-missed';
        this.observe(entry, 'offline', now);
      }
      const { transition } = stepPresence(entry, now);
      if (transition !== null) due.push({ endpointId, to: transition, at: Math.min(entry.since, now), reason: entry.reason });
    }
    return due;
  }

  /** Says that a transition is in the history now. */
  recorded(endpointId: string, to: 'online' | 'offline', now: number): void {
    const entry = this.entries.get(endpointId);
    if (entry === undefined) return;
    entry.recorded = to;
    entry.recordedAt = now;
  }

  private entryOf(nkey: string): Entry | undefined {
    const id = this.byNkey.get(nkey);
    return id === undefined ? undefined : this.entries.get(id);
  }

  private observe(entry: Entry, observed: 'online' | 'offline', at: number): void {
    if (entry.observed === observed) return;
    entry.observed = observed;
    entry.since = at;
  }
}
