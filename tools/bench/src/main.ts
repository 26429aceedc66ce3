import { join } from 'node:path';
import { report, type Measurement } from './report.ts';

/** Every suite with the module that runs it, loaded only when it is asked for. */
const suites: Readonly<Record<string, (args: readonly string[]) => Promise<Measurement[]>>> = {
  fold: async (args) => (await import('./fold/fold-suite.ts')).runFoldSuite(args),
  queries: async (args) => (await import('./queries/queries-suite.ts')).runQueriesSuite(args),
  rebuild: async (args) => (await import('./queries/rebuild-suite.ts')).runRebuildSuite(args),
  verify: async (args) => (await import('./verify/verify-suite.ts')).runVerifySuite(args),
  latency: async (args) => (await import('./latency/latency-suite.ts')).runLatencySuite(args),
  ingest: async (args) => (await import('./ingest/ingest-suite.ts')).runIngestSuite(args),
  'run-command': async (args) => (await import('./run-command/run-command-suite.ts')).runRunCommandSuite(args),
  'agent-memory': async (args) => (await import('./agent-memory/agent-memory-suite.ts')).runAgentMemorySuite(args),
};

const [wanted, ...args] = process.argv.slice(2);
const names = wanted === undefined || wanted === 'all' ? Object.keys(suites) : [wanted];
for (const name of names) {
  const run = suites[name];
  if (!run) {
    process.stderr.write(`There is no suite ${JSON.stringify(name)}. Usage: npm run bench -- [${Object.keys(suites).join(' | ')}] [options]\n`);
    process.exit(2);
  }
  report(name, await run(args), join(import.meta.dirname, '../../../tmp/bench', `${name}.json`));
}
