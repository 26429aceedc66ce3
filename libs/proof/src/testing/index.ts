export { TestRecord, busyRecord, makeKey } from './record.ts';
export type { TestExport, TestKey } from './record.ts';
