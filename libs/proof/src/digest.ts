import { createHash } from 'node:crypto';
import { chainText } from '@kanade/contracts';

/** SHA-256 of bytes (or of a text's UTF-8) as 64 lower-case hex digits. */
export function sha256Hex(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What is chained about one endpoint event. */
export type ChainLink = Parameters<typeof chainText>[0];

/** The chain hash of an endpoint event, hex: what the next event names as `Kanade-Previous`, and what the head of a batch signs. */
export function chainHash(link: ChainLink): string {
  return sha256Hex(chainText(link));
}
