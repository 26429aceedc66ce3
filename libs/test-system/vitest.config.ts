import { kanadeVitest } from '../../vitest.base.ts';

export default kanadeVitest(import.meta.dirname);
