import { Flags } from '@oclif/core';
import { listAudit, type AuditEntry } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { pageFlags, pageOf } from '../../page-flags.ts';
import { renderTable, type Column } from '../../render/table.ts';
import { formatTime } from '../../render/units.ts';

export class AuditList extends BaseCommand {
  static override readonly summary = 'List who did what, from where and over what, and what they were refused; the newest first.';
  static override readonly description = 'Takes the role admin or auditor on all sites.';
  static override readonly examples = [
    '<%= config.bin %> audit list --principal hana',
    '<%= config.bin %> audit list --outcome refused --from 2026-01-31T00:00:00Z',
    '<%= config.bin %> audit list --search backup --json',
  ];
  static override readonly flags = {
    ...pageFlags,
    principal: Flags.string({ description: 'only of this user (with all their tokens), of `token/ID`, or of a `stranger`' }),
    type: Flags.string({ description: 'only this type, e.g. kanade.execution.requested.v1' }),
    outcome: Flags.option({ options: ['done', 'refused'] as const, description: 'only what was done, or only what was refused' })(),
    interface: Flags.option({ options: ['console', 'cli', 'api'] as const, description: 'only what came over this' })(),
    address: Flags.string({ description: 'only what came from this address' }),
    target: Flags.string({ description: 'only what was about this: the id of an endpoint, job, execution, account or token' }),
    search: Flags.string({ description: 'only what has this in a name, address, operation, type or id' }),
    from: Flags.string({ description: 'only what was recorded at or after this time (RFC 3339)' }),
    to: Flags.string({ description: 'only what was recorded at this time or earlier (RFC 3339)' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(AuditList);
    this.connect(flags);
    const { principal, type, outcome, address, target, search, from, to } = flags;
    const page = await listAudit({ ...pageOf(flags), principal, type, outcome, interface: flags.interface, address, target, search, from, to });
    this.print(flags, page, () => renderTable(page.items, auditColumns));
    if (!flags.json && page.nextCursor !== null) this.tell(`More: --cursor ${page.nextCursor}`);
  }
}

const shortType = (type: string): string => type.replace(/^kanade\.|\.v\d+$/g, '');

/** A digest is told apart by its beginning. */
function targetText({ target: { kind, id, name }, targetCount, scriptDigest }: AuditEntry): string {
  const what = id === null ? '' : `${kind} ${name === null ? id : `${name} (${id})`}`;
  const count = targetCount === null ? '' : ` on ${targetCount}`;
  return `${what}${count}${scriptDigest === null ? '' : `, script ${scriptDigest.slice(0, 12)}`}`;
}

const auditColumns: readonly Column<AuditEntry>[] = [
  { title: 'RECORDED', value: (entry) => formatTime(entry.recordedAt) },
  { title: 'BY', value: (entry) => entry.name },
  { title: 'FROM', value: (entry) => entry.remoteAddress ?? '' },
  { title: 'OVER', value: (entry) => entry.interface ?? '' },
  { title: 'WHAT', value: (entry) => (entry.operation ?? shortType(entry.type)) },
  { title: 'OUTCOME', value: (entry) => (entry.outcome === 'done' ? 'done' : `${entry.code ?? 'refused'}${entry.count > 1 ? ` ×${entry.count}` : ''}`) },
  { title: 'ABOUT', value: targetText },
];
