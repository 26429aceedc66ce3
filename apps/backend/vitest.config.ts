import { kanadeVitest } from '../../vitest.base.ts';

/** Two files at a time also on two cores: most of what they do is wait for brokers. */
export default kanadeVitest(import.meta.dirname, { test: { maxWorkers: 2 } });
