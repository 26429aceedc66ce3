import { audit } from './en/audit.ts';
import { vocabulary } from './en/vocabulary.ts';
import { endpoints } from './en/endpoints.ts';
import { pages } from './en/pages.ts';
import { people } from './en/people.ts';
import { runs } from './en/runs.ts';
import { states } from './en/states.ts';

export const en = { ...vocabulary, ...audit, ...endpoints, ...pages, ...people, ...runs, ...states } as const;
