import type { ExecutionView } from '@kanade/contracts';
import { build } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';
import type { SiteKeys } from '../projections/scoped.ts';
import { executionView } from './execution-view.ts';
import type { ExecutionRow } from './execution-view.ts';

/** How much of an execution lies on some sites. */
export type Extent = 'nothing' | 'part' | 'whole';

/** Which part of an execution's runs somebody may see. */
export function extentOf(db: Reader, sites: SiteKeys, executionKey: number): Extent {
  if (sites === undefined) return 'whole';
  const rows = db.all(build.selectFrom('executionSites').select('siteKey').where('executionKey', '=', executionKey));
  const seen = rows.filter(({ siteKey }) => sites.includes(siteKey)).length;
  if (seen === 0) return 'nothing';
  return seen === rows.length ? 'whole' : 'part';
}

export const visibleCountsSql = (executionKey: number, sites: readonly number[]) =>
  build
    .selectFrom('runs')
    .select(({ fn }) => ['state', fn.countAll<number>().as('count')])
    .where('executionKey', '=', executionKey)
    .where('siteKey', 'in', sites)
    .groupBy('state');

/** An execution as somebody sees it who may see some of its runs: its state is the whole's, the counts are of what they see. */
export function scopedExecutionView(db: Reader, sites: SiteKeys, row: ExecutionRow): ExecutionView {
  const view = executionView(row);
  if (sites === undefined || extentOf(db, sites, row.key) === 'whole') return view;
  const none = Object.fromEntries(Object.keys(view.counts).map((state) => [state, 0]));
  const rows = db.all(visibleCountsSql(row.key, sites));
  const counts = { ...view.counts, ...none, ...Object.fromEntries(rows.map(({ state, count }) => [state, count])) };
  return { ...view, targetCount: rows.reduce((sum, { count }) => sum + count, 0), counts };
}
