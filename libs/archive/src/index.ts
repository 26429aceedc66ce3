export { ArchiveDamagedError, ArchiveGoneError, ArchiveLacksError, ArchiveTakenError } from './errors.ts';
export { ArchiveReader } from './reader.ts';
export type { PositionRange } from './reader.ts';
export { ArchiveWriter } from './writer.ts';
export type { ArchiveWriterOptions } from './writer.ts';
export type { Continuation } from './directory.ts';
