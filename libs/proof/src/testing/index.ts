export { TestRecord, busyRecord, makeKey } from './record.ts';
export type { TestKey } from './record.ts';
