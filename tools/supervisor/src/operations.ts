import { findNatsServer } from '@kanade/messaging';
import { asStartupError } from './data-dir.ts';
import { backup } from './operations/backup.ts';
import { dropArchived } from './operations/drop-archived.ts';
import { endEarlierKeys, exportKeys, listKeys, rotateKeys, type KeyListing } from './operations/keys.ts';
import { readRequest, usage, type OperationRequest } from './operations/request.ts';
import { recover, whyNotKept, type RecoverSummary } from './operations/recover.ts';
import { restore } from './operations/restore.ts';
import { dataPaths } from './paths.ts';
import { say } from './say.ts';
import { kanadeVersion } from './settings.ts';
import { messageOf, StartupError } from './startup-error.ts';

type RequestOf<Verb extends OperationRequest['verb']> = Extract<OperationRequest, { readonly verb: Verb }>;

const surroundings = () => ({ version: kanadeVersion(), say, natsServer: findNatsServer });
const print = (document: unknown): void => console.log(JSON.stringify(document, null, 2));

async function performBackup({ dir, dataDir, json }: RequestOf<'backup'>): Promise<void> {
  const manifest = await backup({ dir, dataDir, ...surroundings() });
  say(`backup of ${dataDir} written to ${dir}. It holds keys: keep it as safe as the installation itself`);
  if (json) print({ dir, ...manifest });
}

async function performRestore({ dir, dataDir, agentsOf, json }: RequestOf<'restore'>): Promise<void> {
  const summary = await restore({ dir, dataDir, ...(agentsOf === undefined ? {} : { agentsOf }), ...surroundings() });
  const { agents } = summary;
  say(`restored ${dir} into ${dataDir}: incarnation ${summary.incarnation}, ${summary.endpoints} endpoints. Start it with KANADE_DATA_DIR=${dataDir} npm start`);
  say(
    agents > 0
      ? `${agents} agents moved there from ${agentsOf ?? ''}; they go on as the endpoints they were`
      : `the agents of the old data directory are not in a backup: move its agents/ and simulated/ into ${dataDir} before the start, or this machine is enrolled as a new endpoint`,
  );
  if (json) print({ dir, dataDir, ...summary });
}

async function performReplay({ file, dir, keysFile, show, json }: RequestOf<'event replay'>): Promise<void> {
  // The native module is loaded for this alone.
  const { replay, replayedRows } = await import('./operations/replay.ts');
  const summary = await replay({ file, dir, keysFile, say });
  if (show !== undefined) {
    for (const row of replayedRows(summary.readModel, show)) console.log(JSON.stringify(row));
    return;
  }
  if (json) {
    print(summary);
    return;
  }
  const counted = (counts: Readonly<Record<string, number>>): string => Object.entries(counts).map(([name, count]) => `${count} ${name}`).join(', ') || 'none';
  console.log(`position    ${summary.position}, ${summary.events} events, ${summary.poisoned} that could not be folded, ${summary.erased} erased`);
  console.log(`endpoints   ${counted(summary.endpoints)}\nexecutions  ${counted(summary.executions)}\nruns        ${counted(summary.runs)}`);
  console.log(`read model  ${summary.readModel} (SQLite)`);
}

async function performDrop(request: RequestOf<'event archive drop'>): Promise<void> {
  const summary = await dropArchived({ ...request, say, natsServer: findNatsServer });
  const { incarnation, dropped, first } = summary;
  say(dropped === 0 ? `nothing was dropped: the broker holds nothing before ${incarnation}:${first}` : `dropped ${dropped} events: the broker holds the record from ${incarnation}:${first} on, the archive what came before. Keep it: it is the only copy`);
  if (request.json) print(summary);
}

const range = ({ first, last }: { readonly first: number; readonly last: number }): string => (first === last ? String(first) : `${first} to ${last}`);

function tellSurvey(summary: RecoverSummary): void {
  const { incarnation, kept, archivedThrough, missing, altered, lost, provenThrough } = summary;
  say(`history ${incarnation}: everything up to ${kept} is kept, up to ${archivedThrough} in the archive${provenThrough === null ? '' : `; it is what was signed, up to ${provenThrough}`}`);
  if (missing.length > 0) say(`the broker lacks ${missing.map(range).join(', ')}`);
  if (altered.length > 0) say(`the broker has other events than the archive at ${altered.join(', ')}; the archive’s count`);
  const notKept = whyNotKept(summary);
  if (notKept !== undefined) say(`${notKept}: those cannot be kept`);
  if (lost !== null) say(`lost for good: ${range(lost)}. Endpoints send again what they still keep of it`);
}

async function performRecover(request: RequestOf<'event recover'>): Promise<void> {
  const summary = await recover({ ...request, say, natsServer: findNatsServer });
  tellSurvey(summary);
  if (summary.recovered !== null) say(`history ${summary.recovered} goes on from there. Start kanade: it folds everything anew`);
  else say(summary.needed ? 'nothing was changed: without --dry-run a new history is made of what is kept' : 'the broker has what it should have: there is nothing to recover');
  if (request.json) print(summary);
}

function showKeys(items: readonly KeyListing[], json: boolean): void {
  if (json) {
    print({ items });
    return;
  }
  const cells = [['KEY', 'ID', 'SINCE', 'EARLIER ONES THAT STILL COUNT'], ...items.map(({ use, id, since, earlier }) => [use, id, since ?? 'the beginning', earlier.map((key) => `${key.id} until ${key.until}`).join(', ')])];
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  for (const row of cells) console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd());
}

async function perform(request: OperationRequest): Promise<void> {
  switch (request.verb) {
    case 'backup':
      return performBackup(request);
    case 'restore':
      return performRestore(request);
    case 'event replay':
      return performReplay(request);
    case 'event archive drop':
      return performDrop(request);
    case 'event recover':
      return performRecover(request);
    case 'key list':
      showKeys(listKeys(request), request.json);
      break;
    case 'key export':
      process.stdout.write(exportKeys(request));
      break;
    case 'key rotate':
      showKeys(await rotateKeys({ ...request, say }), request.json);
      break;
    case 'key retire':
      showKeys(await endEarlierKeys({ ...request, say }), request.json);
      break;
    default:
      request satisfies never;
  }
}

/** As the other commands do it: words on stderr, and with --json one document on stdout. */
function fail(code: 'failed' | 'usage', message: string, advice: readonly string[]): void {
  if (process.argv.includes('--json')) {
    const suggestion = advice.join('\n').trim();
    print({ error: { code, message, ...(suggestion === '' ? {} : { suggestion }) } });
  }
  process.stderr.write(`kanade: ${message}\n${advice.map((line) => `  ${line}\n`).join('')}`);
}

function understood(): OperationRequest | undefined {
  try {
    return readRequest(process.argv.slice(2), process.env);
  } catch (error) {
    say(messageOf(error));
    return undefined;
  }
}

const request = understood();
if (request === undefined) {
  const [first = '', ...more] = usage;
  fail('usage', first, more);
  process.exitCode = 2;
} else {
  try {
    await perform(request);
  } catch (error) {
    const failure = asStartupError(error, dataPaths(request.dataDir));
    fail('failed', messageOf(failure), failure instanceof StartupError ? failure.advice : []);
    process.exitCode = 1;
  }
}
