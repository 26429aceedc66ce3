import { resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { exportEvents } from '@kanade/api-client';
import { formatPosition } from '@kanade/contracts';
import { BaseCommand } from '../../base-command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { findResumePlace, partialFile, saveExport } from '../../export/resumable-export.ts';
import { toStdout } from '../../export/save-stream.ts';
import { Failure, messageOf, usageFailure } from '../../failure.ts';
import { operatorFlag } from '../../event-filter.ts';
import { resolveEndpoint } from '../../targets.ts';

export class EventExport extends BaseCommand {
  static override readonly summary = 'Write events with the proof that they stand in the record, oldest first, to a file or to standard output.';
  static override readonly description =
    'The file can be read by its owner alone, and checked anywhere with kanade event verify. One that breaks off stays as FILE.partial, and --resume goes on with it. Takes the role admin or auditor on all sites.';
  static override readonly examples = [
    '<%= config.bin %> event export record.ndjson',
    '<%= config.bin %> event export record.ndjson --resume',
    '<%= config.bin %> event export db-1.ndjson --endpoint db-1 --from 2026-01-01T00:00:00Z',
  ];
  static override readonly args = { file: Args.string({ description: 'the file to write; standard output when absent' }) };
  static override readonly flags = {
    from: Flags.string({ description: 'only what was recorded at or after this time (RFC 3339)' }),
    to: Flags.string({ description: 'only what was recorded at this time or earlier (RFC 3339)' }),
    after: Flags.string({ description: 'only what was recorded after this position' }),
    endpoint: Flags.string({ char: 'e', description: 'only what concerns this endpoint (name or id)' }),
    type: Flags.string({ description: 'only this type, e.g. kanade.run.finished.v1' }),
    operator: operatorFlag,
    execution: Flags.string({ description: 'only what belongs to this execution' }),
    resume: Flags.boolean({ description: 'go on with FILE.partial' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(EventExport);
    const { file } = args;
    if (file === undefined && (flags.json || flags.resume)) throw usageFailure('This takes a file.', 'Name one: kanade event export FILE.');
    const profile = this.connect(flags);
    const place = flags.resume && file !== undefined ? await findResumePlace(resolve(file)) : undefined;
    if (flags.resume && place === undefined) this.tell('There is nothing to go on with: beginning anew.');
    const { from, to, after, type, operator, execution } = flags;
    const endpointId = flags.endpoint === undefined ? undefined : await resolveEndpoint(flags.endpoint);
    const rest = place === undefined ? {} : { checkpoint: place.head.checkpoint.size, resume: formatPosition({ ...place.head.checkpoint, sequence: place.position }) };
    const interrupted = new AbortController();
    const interrupt = () => interrupted.abort();
    process.once('SIGINT', interrupt);
    try {
      const response = await exportEvents({ from, to, after, type, endpointId, executionId: execution, principal: operator, ...rest }, { signal: interrupted.signal });
      const position = response.headers.get('kanade-position') ?? '';
      const { body } = response;
      if (body === null) throw new Failure('The backend answered without a file.');
      if (file === undefined) await toStdout(body);
      else await saveExport(body, resolve(file), place);
      if (file === undefined) this.tell(`Proven by the checkpoint at position ${position}.`);
      else this.print(flags, { file: resolve(file), position }, () => `${file} is proven by the checkpoint at position ${position}.`);
    } catch (error) {
      const kept = file === undefined ? undefined : `What there is stays in ${partialFile(file)}; go on with --resume.`;
      if (interrupted.signal.aborted) throw new Failure('Interrupted.', { exitCode: exitCodes.interrupted, cause: error, suggestion: kept });
      // What undici says when a body ends before its end.
      if (error instanceof TypeError) throw new Failure(`The backend at ${profile.url} broke off: ${messageOf(error.cause ?? error)}.`, { exitCode: exitCodes.unreachable, code: 'unreachable', suggestion: kept, cause: error });
      throw error;
    } finally {
      process.off('SIGINT', interrupt);
    }
  }
}
