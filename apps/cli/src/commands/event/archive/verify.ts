import { verifyArchive, type ArchiveReport } from '@kanade/api-client';
import { BaseCommand } from '../../../base-command.ts';
import { exitCodes } from '../../../exit-codes.ts';

export class EventArchiveVerify extends BaseCommand {
  static override readonly summary = 'Have the archive read whole: every event is held against what was verified, and its seals against the files.';
  static override readonly description = 'Names the kind and positions of each defect. Ends with 1 when there is one.';
  static override readonly examples = ['<%= config.bin %> event archive verify'];

  async run(): Promise<void> {
    const { flags } = await this.parse(EventArchiveVerify);
    this.connect(flags);
    const report = await verifyArchive();
    if (!report.ok) process.exitCode = exitCodes.failed;
    this.print(flags, report, render);
  }
}

function render({ ok, incarnation, size, root, defects, seals }: ArchiveReport): string {
  return [
    ok ? 'sound' : 'NOT sound',
    ...defects.map(({ kind, first, last, detail }) => `  ${kind} ${first === last ? `at ${incarnation}:${first}` : `from ${incarnation}:${first} to ${incarnation}:${last}`}: ${detail}`),
    ...seals.map((seal) => `  the seal through ${incarnation}:${seal.size} does not hold: ${seal.detail}`),
    `read: everything up to ${incarnation}:${size}${root === null ? '' : `, root ${root}`}`,
  ].join('\n');
}
