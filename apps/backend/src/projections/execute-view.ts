import { executePrivateSchema } from '@kanade/contracts';
import type { Execute } from '@kanade/contracts';
import { build } from '@kanade/read-models';
import type { ExecutionsTable, Reader } from '@kanade/read-models';

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** Milliseconds as a manifest writes them: `900000` is `15m`. */
export function durationText(ms: number): string {
  const unit = units.find(([, size]) => ms % size === 0);
  return unit === undefined ? `${ms}ms` : `${ms / unit[1]}${unit[0]}`;
}

/** What a row tells of what it executes, and where its private part lies. */
export type ExecuteRow = Pick<ExecutionsTable, 'shell' | 'timeoutMs' | 'runAs' | 'cwd' | 'eventId' | 'privateDigest'>;

/** What is executed, script included; null once its private part has been erased. */
export function readExecute(db: Reader, row: ExecuteRow): Execute | null {
  if (row.shell === null || row.eventId === null) return null;
  const part = db.get(
    build
      .selectFrom('privateParts')
      .select('bytes')
      .where('eventId', '=', row.eventId)
      .where('writer', '=', 'control')
      .where('digest', '=', row.privateDigest ?? ''),
  );
  if (part === undefined) return null;
  const parsed = executePrivateSchema.safeParse(JSON.parse(Buffer.from(part.bytes).toString()));
  if (!parsed.success) return null;
  const { script, env, arguments: values } = parsed.data;
  return { shell: row.shell, timeout: durationText(row.timeoutMs), runAs: row.runAs, ...(row.cwd === null ? {} : { cwd: row.cwd }), script, env, arguments: values };
}

