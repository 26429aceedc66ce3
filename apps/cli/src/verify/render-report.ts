import type { Defect, ExportReport } from '@kanade/proof';

const shown = 100;

function defectLine({ kind, position, through, detail }: Defect): string {
  const where = position === null ? '' : through === undefined ? ` at ${position}` : ` at ${position} to ${through}`;
  return `  ${kind}${where}: ${detail}`;
}

/** A report for people. */
export function renderReport(report: ExportReport): string {
  const { checkpoint, events, signatures, erasures, defects, defectCount, notes } = report;
  const more = defectCount > shown ? [`  … and ${defectCount - shown} more; --json has ${defectCount > defects.length ? 'most' : 'all'} of them`] : [];
  return [
    report.ok ? `sound: ${events} events are what was recorded` : `NOT sound: ${defectCount} defects; ${events} events are what was recorded`,
    ...defects.slice(0, shown).map(defectLine),
    ...more,
    ...(checkpoint === null ? [] : [`checkpoint: ${checkpoint.incarnation}:${checkpoint.size}, root ${checkpoint.root}, signed ${checkpoint.time} by ${checkpoint.key}`]),
    `signatures: ${signatures.valid} hold`,
    ...erasures.map(({ position, what, id, events: gone }) => (what === 'endpoint' ? `erased: the data of endpoint ${id}, said at ${position}; ${gone} events have no body here` : `erased: output of execution ${id}, said at ${position}`)),
    ...notes,
  ].join('\n');
}
