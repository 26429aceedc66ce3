import { Args, Flags } from '@oclif/core';
import { diffEndpoint, type EndpointDiff } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { parseMoment } from '../../past-flags.ts';
import { renderTable } from '../../render/table.ts';
import { resolveEndpoint } from '../../targets.ts';

const moment = 'a position, a time, or how long ago (2h, 3d)';

export class EndpointDiffCommand extends BaseCommand {
  static override readonly summary = 'Show what changed about an endpoint between two moments: where it stands, hardware, system, installed software.';
  static override readonly examples = ['<%= config.bin %> endpoint diff web-1 --from 7d', '<%= config.bin %> endpoint diff web-1 --from "2026-01-31 08:00" --to "2026-01-31 12:00" --json'];
  static override readonly args = { endpoint: Args.string({ required: true, description: 'its name, alias or id' }) };
  static override readonly flags = {
    from: Flags.string({ required: true, description: `the earlier moment: ${moment}`, parse: (text) => Promise.resolve(parseMoment(text, Date.now(), '--from')) }),
    to: Flags.string({ description: `the later moment: ${moment}; now unless said`, parse: (text) => Promise.resolve(parseMoment(text, Date.now(), '--to')) }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(EndpointDiffCommand);
    this.connect(flags);
    const diff = await diffEndpoint(await resolveEndpoint(args.endpoint), { from: flags.from, to: flags.to });
    this.print(flags, diff, describe);
  }
}

const textOf = (value: EndpointDiff['changes'][number]['before']): string => (value === null || value === '' ? '-' : String(value));

function describe({ changes, packages }: EndpointDiff): string {
  const rows = [
    ...changes.map(({ field, before, after }) => [field, textOf(before), textOf(after)] as const),
    ...packages.updated.map(({ name, before, after }) => [`package ${name}`, before, after] as const),
    ...packages.added.map(({ name, version }) => [`package ${name}`, '-', version] as const),
    ...packages.removed.map(({ name, version }) => [`package ${name}`, version, '-'] as const),
  ];
  if (rows.length === 0) return 'Nothing changed.';
  return renderTable(rows, [
    { title: 'WHAT', value: ([what]) => what },
    { title: 'BEFORE', value: ([, before]) => before },
    { title: 'AFTER', value: ([, , after]) => after },
  ]);
}
