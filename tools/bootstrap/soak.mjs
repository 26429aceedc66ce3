import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ensureWorkspace } from './ensure.mjs';
import { node, nx, root } from './paths.mjs';
import { foreground } from './run.mjs';
import { guarded, SetupError } from './say.mjs';

/** What of `npm run test:slow` goes on for as long as one has time: each suite with the variable that names its seeds, and how many a soak takes. */
const suites = {
  'random-kills': { variable: 'KANADE_SEEDS', seeds: '1-300' },
  'two-backends': { variable: 'KANADE_LEADER_SEEDS', seeds: '1-40' },
  'flipped-bits': { variable: 'KANADE_FLIP_SEEDS', seeds: '1-5' },
};
const fileOf = (suite) => `src/${suite}.slow.e2e.ts`;

/** One line of what came of it: tests that held, of all there were, by suite. */
const summary = () => {
  const { testResults } = JSON.parse(readFileSync(join(root, 'apps/e2e/test-results/slow.json'), 'utf8'));
  const parts = testResults.map(({ name, assertionResults }) => {
    const held = assertionResults.filter(({ status }) => status === 'passed').length;
    return `${basename(name, '.slow.e2e.ts')} ${held} of ${assertionResults.length}`;
  });
  return `soak: ${parts.join(', ')} held`;
};

await guarded(async () => {
  const named = process.argv.slice(2);
  const unknown = named.find((name) => !Object.hasOwn(suites, name));
  if (unknown !== undefined) throw new SetupError(`There is no soak ${JSON.stringify(unknown)}.`, [`Usage: npm run soak -- [${Object.keys(suites).join(' | ')}] …`]);
  const wanted = named.length > 0 ? named : Object.keys(suites);
  const seeds = Object.fromEntries(Object.values(suites).map(({ variable, seeds: usual }) => [variable, process.env[variable] ?? usual]));
  const env = { ...(await ensureWorkspace()), ...seeds };
  const code = await foreground(node, [nx, 'run', '@kanade/e2e:soak', '--output-style=stream', ...wanted.map(fileOf)], { cwd: root, env });
  process.stdout.write(`${summary()}\n`);
  return code;
});
