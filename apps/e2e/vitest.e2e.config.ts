import { kanadeVitest } from '../../vitest.base.ts';

/** Whole-system tests: one after the other, because each starts a broker, a backend and agents. */
export default kanadeVitest(import.meta.dirname, {
  test: { name: 'e2e', include: ['src/**/*.e2e.ts'], exclude: ['src/**/*.slow.e2e.ts'], fileParallelism: false, testTimeout: 180_000, hookTimeout: 180_000 },
});
