import { kanadeVitest } from '../../vitest.base.ts';

export default kanadeVitest(import.meta.dirname, {
  test: { environment: 'jsdom', include: ['src/**/*.spec.{ts,tsx}'], css: { modules: { classNameStrategy: 'non-scoped' } } },
});
