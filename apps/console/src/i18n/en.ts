import { common } from './en/common.ts';
import { endpoints } from './en/endpoints.ts';
import { pages } from './en/pages.ts';
import { runs } from './en/runs.ts';
import { states } from './en/states.ts';

export const en = { ...common, ...endpoints, ...pages, ...runs, ...states } as const;
