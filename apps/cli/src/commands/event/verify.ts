import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../base-command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { usageFailure } from '../../failure.ts';
import { formatTime } from '../../render/units.ts';
import { renderReport } from '../../verify/render-report.ts';
import { rememberCheckpoint, seenCheckpoint } from '../../verify/seen-checkpoints.ts';
import { readCheckpoints, readKeysFile, verifyFile } from '../../verify/verify-file.ts';
import { verifyLive, type LiveReport } from '../../verify/verify-live.ts';

export class EventVerify extends BaseCommand {
  static override readonly summary = 'Check an export without any network, or that the record of the backend continues what it signed before.';
  static override readonly description = `With FILE: names the kind and position of each defect; what was erased is named and is none. Asks nobody.
Without: fetches the newest checkpoint, holds it against the one seen here before (and those in --checkpoint), and says how far the backend's own verifier is.
Ends with 1 when there is a defect.`;
  static override readonly examples = [
    '<%= config.bin %> event verify record.ndjson --keys keys.json',
    '<%= config.bin %> event verify record.ndjson --keys keys.json --checkpoint checkpoints.ndjson',
    '<%= config.bin %> event verify',
  ];
  static override readonly args = { file: Args.string({ description: 'an export' }) };
  static override readonly flags = {
    keys: Flags.string({ description: 'the file that kanade key export made' }),
    checkpoint: Flags.string({ description: 'a file with one or more checkpoints known from elsewhere' }),
    forget: Flags.boolean({ description: 'without FILE: hold it against nothing that was seen before, and remember what is seen now' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(EventVerify);
    const known = flags.checkpoint === undefined ? [] : readCheckpoints(flags.checkpoint);
    const keys = flags.keys === undefined ? undefined : readKeysFile(flags.keys);
    if (args.file !== undefined) {
      if (keys === undefined) throw usageFailure('A file is checked with --keys.', 'Make the file on the machine of the installation with: kanade key export.');
      const report = await verifyFile(args.file, { keys, known });
      this.print(flags, report, renderReport);
      if (!report.ok) process.exitCode = exitCodes.failed;
      return;
    }
    const { url } = this.connect(flags);
    const seen = flags.forget ? undefined : seenCheckpoint(process.env, url);
    const report = await verifyLive(keys, seen === undefined ? known : [seen, ...known]);
    // One that contradicts what was seen must not take its place.
    if (report.ok) rememberCheckpoint(process.env, url, report.checkpoint);
    else process.exitCode = exitCodes.failed;
    this.print(flags, report, render);
  }
}

function render(report: LiveReport): string {
  const { checkpoint, known, defects, lagEvents, invalidCount } = report;
  return [
    report.ok ? 'sound' : 'NOT sound',
    ...defects.map(({ kind, position, detail }) => `  ${kind}${position === null ? '' : ` at ${position}`}: ${detail}`),
    `checkpoint: ${checkpoint.incarnation}:${checkpoint.size}, root ${checkpoint.root}, signed ${formatTime(checkpoint.time)} by ${checkpoint.key}`,
    report.isSignatureChecked ? 'its signature was checked' : 'its signature was not checked: that takes --keys',
    known.length === 0 ? 'it was held against nothing: none was seen here before' : `it was held against ${known.map(({ size, time }) => `${size} events signed ${formatTime(time)}`).join(', ')}`,
    `verifier: ${lagEvents} events behind, ${invalidCount} invalid. ${report.verifier}`,
  ].join('\n');
}
