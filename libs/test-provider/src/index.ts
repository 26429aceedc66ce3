export { TestProvider } from './testing/test-provider.ts';
export type { TestIdentity } from './testing/test-provider.ts';
