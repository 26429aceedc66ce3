import { audit } from './ja/audit.ts';
import { vocabulary } from './ja/vocabulary.ts';
import { endpoints } from './ja/endpoints.ts';
import { pages } from './ja/pages.ts';
import { people } from './ja/people.ts';
import { runs } from './ja/runs.ts';
import { states } from './ja/states.ts';

export const ja = { ...vocabulary, ...audit, ...endpoints, ...pages, ...people, ...runs, ...states };
