import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { readRecord } from '../../accounts/identity-records.ts';
import { Broker } from '../../broker/broker.ts';

/** Up to where a feed's receiver has everything. */
const placeSchema = z.strictObject({
  incarnation: z.string(),
  sequence: z.int().nonnegative(),
  /** When that position was recorded, Unix ms: where to go on in a history that was restored from a backup. */
  recordedAt: z.number().nonnegative(),
});
export type FeedPlace = z.infer<typeof placeSchema>;

const keyOf = (feed: string): string => `audit-feed.${feed}`;

/** Where the feeds are; kept with the broker's records, so that whichever replica leads goes on from there. */
@Injectable()
export class FeedPlaces {
  constructor(private readonly broker: Broker) {}

  async find(feed: string): Promise<{ readonly value: FeedPlace; readonly revision: number } | undefined> {
    return readRecord(this.broker.get().identities, keyOf(feed), placeSchema);
  }

  /** The revision it is kept under; throws when another replica keeps it, too. */
  async save(feed: string, place: FeedPlace, revision: number | undefined): Promise<number> {
    const { identities } = this.broker.get();
    const saved = revision === undefined ? await identities.create(keyOf(feed), place) : await identities.update(keyOf(feed), place, revision);
    if (saved === undefined) throw new Error('another replica feeds the same receiver');
    return saved;
  }
}
