import { connectCore } from '../core/connection.ts';
import { dropPrefix } from '../core/drop-prefix.ts';
import type { TestBroker } from './broker.ts';

/** Has the broker forget the beginning of the record, up to a sequence; the newest event stays. */
export async function dropBeginning(broker: TestBroker, through: number): Promise<void> {
  const admin = await connectCore({ url: broker.url, credsFile: broker.adminCreds, name: 'dropping' });
  try {
    await dropPrefix(admin, through);
  } finally {
    await admin.close();
  }
}
