import { kanadeVitest } from '../../vitest.base.ts';

/** What takes minutes: soaks, backups, large fleets. */
export default kanadeVitest(import.meta.dirname, {
  test: { name: 'slow', include: ['src/**/*.slow.e2e.ts'], fileParallelism: false, testTimeout: 900_000, hookTimeout: 300_000 },
});
