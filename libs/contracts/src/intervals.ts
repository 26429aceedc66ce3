// No schema library here: an agent needs these words, and cannot spare the memory.

/** How often an agent beats; three missed beats make it offline. */
export const presenceIntervalMs = 15_000;
/** How often an agent samples performance. */
export const sampleIntervalMs = 15_000;
/** Largest stored output chunk, in bytes. */
export const outputChunkBytes = 128 * 1024;
