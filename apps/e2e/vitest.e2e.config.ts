import { kanadeVitest } from '../../vitest.base.ts';

/** Whole-system tests, two files at a time: each starts a broker, a backend and agents, and mostly waits for them. */
export default kanadeVitest(import.meta.dirname, {
  test: { name: 'e2e', include: ['src/**/*.e2e.ts'], exclude: ['src/**/*.slow.e2e.ts'], maxWorkers: 2, testTimeout: 180_000, hookTimeout: 180_000 },
});
