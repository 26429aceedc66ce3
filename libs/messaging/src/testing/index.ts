export { startTestBroker } from './broker.ts';
export type { TestBroker } from './broker.ts';
export { connectAsEndpoint } from './plain-client.ts';
export type { PlainClient } from './plain-client.ts';
export { issueTestEndpoint } from './endpoint.ts';
export type { TestEndpoint } from './endpoint.ts';
export { EventChain } from './event-chain.ts';
export { askToEnrol, finishedRun, makeMachineKeys, readEnrolmentToken, TestAgent } from './test-agent.ts';
export type { MachineKeys, TakenCommand } from './test-agent.ts';
