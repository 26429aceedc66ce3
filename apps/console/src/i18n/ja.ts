import { common } from './ja/common.ts';
import { endpoints } from './ja/endpoints.ts';
import { pages } from './ja/pages.ts';
import { runs } from './ja/runs.ts';
import { states } from './ja/states.ts';

export const ja = { ...common, ...endpoints, ...pages, ...runs, ...states };
