export { TestHistory } from './history.ts';
export { acceptRun, busyHistory, enrol, finishRun, nkeyOf, rekey, requestEnrolment, requestExecution, runIdOf, startRun } from './scenes.ts';
export { alterFile, dumpFile, openTestModel } from './memory-model.ts';
export type { TestModel } from './memory-model.ts';
export { randomHistory, recordedBy, seeded } from './random-history.ts';
