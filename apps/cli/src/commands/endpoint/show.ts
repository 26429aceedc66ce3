import { Args, Flags } from '@oclif/core';
import { getEndpoint, listEndpointPackages, type EndpointDetail, type PackagePage } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { pastFlags } from '../../past-flags.ts';
import { allItems, collect } from '../../paging.ts';
import { describeName, describeStatus, isNewName } from '../../render/endpoint.ts';
import { renderTable } from '../../render/table.ts';
import { formatBytes, formatTime } from '../../render/units.ts';
import { resolveEndpoint } from '../../targets.ts';

export class EndpointShow extends BaseCommand {
  static override readonly summary = 'Show one endpoint: its state, hardware, system, disks, network and software.';
  static override readonly examples = ['<%= config.bin %> endpoint show web-1', '<%= config.bin %> endpoint show web-1 --packages', '<%= config.bin %> endpoint show web-1 --at "2026-01-31 12:00"'];
  static override readonly args = { endpoint: Args.string({ required: true, description: 'its name, alias or id' }) };
  static override readonly flags = { ...pastFlags, packages: Flags.boolean({ description: 'list the installed packages too' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(EndpointShow);
    this.connect(flags);
    const id = await resolveEndpoint(args.endpoint);
    const endpoint = await getEndpoint(id);
    if (!flags.packages) {
      this.print(flags, endpoint, describe);
      return;
    }
    const packages = await collect(allItems((cursor) => listEndpointPackages(id, { limit: 500, ...(cursor === undefined ? {} : { cursor }) })));
    this.print(flags, { ...endpoint, packages }, () => `${describe(endpoint)}\n\n${describePackages(packages)}`);
  }
}

function describe(endpoint: EndpointDetail): string {
  const { hardware, os, disks, network, packageCount } = endpoint.inventory;
  const facts: [string, string][] = [
    ['name', describeName(endpoint, Date.now())],
    ...(isNewName(endpoint, Date.now()) ? [['', `it has called itself ${endpoint.name} only since ${formatTime(endpoint.nameSince)}`] satisfies [string, string]] : []),
    ['id', endpoint.id],
    ['status', `${describeStatus(endpoint)}, last seen ${formatTime(endpoint.lastSeenAt)}`],
    ...standingFacts(endpoint),
    ['site', endpoint.site],
    ['agent', `${endpoint.agentVersion}, enrolled ${formatTime(endpoint.enrolledAt)}, shells ${endpoint.shells.join(' ')}`],
    ['system', `${endpoint.os.name} ${endpoint.os.version} (${endpoint.os.architecture})${os ? `, kernel ${os.kernel}` : ''}`],
  ];
  if (hardware) {
    const { cpu } = hardware;
    facts.push(['machine', `${hardware.manufacturer} ${hardware.model}${hardware.virtual ? ' (virtual)' : ''}`.trim()]);
    facts.push(['processor', `${cpu.model}, ${cpu.sockets} socket(s), ${cpu.physicalCores} core(s), ${cpu.logicalCores} logical`]);
    facts.push(['memory', `${formatBytes(hardware.memoryBytes)} (${hardware.memoryBytes} bytes)`]);
  }
  for (const disk of disks?.disks ?? []) facts.push([disk.kind, `${disk.name}  ${formatBytes(disk.sizeBytes)}  ${disk.model}`.trimEnd()]);
  for (const link of network?.interfaces ?? []) facts.push(['network', `${link.name}  ${link.up ? 'up' : 'down'}  ${[...link.ipv4, ...link.ipv6].join(' ')}`.trimEnd()]);
  facts.push(['packages', `${packageCount} installed`]);
  return renderTable(facts, [
    { title: '', value: ([name]) => name },
    { title: '', value: ([, value]) => value },
  ]).trimStart();
}

/** What must not be overlooked about who it is. */
function standingFacts({ id, standing, standingAt, standingReason, quarantineReason, conflictReason, hold, epochs, incompleteSince }: EndpointDetail): [string, string][] {
  const facts: [string, string][] = [];
  if (incompleteSince !== null) facts.push(['incomplete', `since ${incompleteSince}, an event that could not be folded; see kanade read-model poison show ${incompleteSince}`]);
  if (standing !== 'active') facts.push([standing, `since ${formatTime(standingAt)}${standingReason === null ? '' : `: ${standingReason}`}`]);
  if (quarantineReason !== null) facts.push(['quarantined', quarantineReason]);
  if (conflictReason !== null) facts.push(['conflict', `two machines act as this endpoint: ${conflictReason}`]);
  if (hold !== null) {
    facts.push(['held', `since ${formatTime(hold.since)}, until ${hold.until === null ? 'somebody releases it' : formatTime(hold.until)}: ${hold.detail}`]);
    facts.push(['', `its events are not let through and wait on the endpoint; let them through with: kanade endpoint release ${id}`]);
  }
  // The first epoch is everybody's; another is a machine that was reverted, cloned or given new keys.
  for (const { epoch, openedAt, position } of epochs.filter((opened) => opened.epoch > 1)) facts.push([`epoch ${epoch}`, `began ${formatTime(openedAt)}, at ${position}`]);
  return facts;
}

function describePackages(packages: PackagePage['items']): string {
  return renderTable(packages, [
    { title: 'PACKAGE', value: (item) => item.name },
    { title: 'VERSION', value: (item) => item.version },
    { title: 'ARCHITECTURE', value: (item) => item.architecture },
    { title: 'SOURCE', value: (item) => item.source },
  ]);
}
