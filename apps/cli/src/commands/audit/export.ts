import { resolve } from 'node:path';
import { Flags } from '@oclif/core';
import { exportAudit } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { saveStream, toStdout } from '../../export/save-stream.ts';
import { Failure, messageOf, usageFailure } from '../../failure.ts';

export class AuditExport extends BaseCommand {
  static override readonly summary = 'Write the audit, oldest first, to a file or to standard output.';
  static override readonly description =
    'The file can be read by its owner alone, and appears under its name only when it is whole: an export that breaks off leaves nothing behind. Takes the role admin or auditor on all sites.';
  static override readonly examples = [
    '<%= config.bin %> audit export --output audit.ndjson',
    '<%= config.bin %> audit export --format csv --from 2026-01-01T00:00:00Z --to 2026-01-31T23:59:59Z --output january.csv',
  ];
  static override readonly flags = {
    format: Flags.option({ options: ['ndjson', 'csv'] as const, default: 'ndjson', description: 'one JSON document a line, or comma-separated values' })(),
    from: Flags.string({ description: 'only what was recorded at or after this time (RFC 3339)' }),
    to: Flags.string({ description: 'only what was recorded at this time or earlier (RFC 3339)' }),
    output: Flags.string({ char: 'o', description: 'the file to write; standard output when absent' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(AuditExport);
    const { format, from, to, output } = flags;
    if (flags.json && output === undefined) throw usageFailure('What is exported is a document of its own.', 'Name a file with --output to have --json tell about it.');
    const profile = this.connect(flags);
    const interrupted = new AbortController();
    const interrupt = () => interrupted.abort();
    process.once('SIGINT', interrupt);
    try {
      const response = await exportAudit({ format, from, to }, { signal: interrupted.signal });
      const position = response.headers.get('kanade-position') ?? '';
      const { body } = response;
      if (body === null) throw new Failure('The backend answered without a file.');
      if (output === undefined) await toStdout(body);
      else await saveStream(body, resolve(output));
      if (output === undefined) this.tell(`Everything up to position ${position}.`);
      else this.print(flags, { file: resolve(output), format, position }, () => `${output} has everything up to position ${position}.`);
    } catch (error) {
      if (interrupted.signal.aborted) throw new Failure('Interrupted; nothing was kept.', { exitCode: exitCodes.interrupted, cause: error });
      // What undici says when a body ends before its end.
      if (error instanceof TypeError) throw new Failure(`The backend at ${profile.url} broke off: ${messageOf(error.cause ?? error)}; nothing was kept.`, { exitCode: exitCodes.unreachable, code: 'unreachable', suggestion: 'Try again when it is back.', cause: error });
      throw error;
    } finally {
      process.off('SIGINT', interrupt);
    }
  }
}
