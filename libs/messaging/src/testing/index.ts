export { startTestBroker } from './broker.ts';
export type { TestBroker } from './broker.ts';
export { issueTestEndpoint } from './endpoint.ts';
export type { TestEndpoint } from './endpoint.ts';
