import { vocabulary } from './en/vocabulary.ts';
import { endpoints } from './en/endpoints.ts';
import { pages } from './en/pages.ts';
import { runs } from './en/runs.ts';
import { states } from './en/states.ts';

export const en = { ...vocabulary, ...endpoints, ...pages, ...runs, ...states } as const;
