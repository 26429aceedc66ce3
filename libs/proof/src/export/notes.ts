import type { Checkpoint } from '@kanade/contracts';
import { isUnfiltered } from './format.ts';
import type { HeadLine } from './format.ts';
import type { ExportReport } from './report.ts';

/** Up to where a check of an export can know. */
export function notesOf({ signatures: { uncovered, unknown, replaced } }: Pick<ExportReport, 'signatures'>, head: HeadLine, notCompared: readonly Checkpoint[]): string[] {
  const { checkpoint, start, until, filter } = head;
  const isWhole = isUnfiltered(filter) && start === 0 && until === checkpoint.size;
  return [
    `This is about what was recorded up to position ${checkpoint.size}, signed at ${checkpoint.time}; what came later is not in it.`,
    ...(isWhole ? [] : [isUnfiltered(filter) ? `It has the events from ${start + 1} to ${until} only.` : 'That it has every event the filter lets through is the word of whoever holds the checkpoint key: a tree proves what is in it, not what a filter leaves out.']),
    ...notCompared.map(({ size }) => `It could not be held against the known checkpoint over ${size} events, which takes an export of everything from the beginning: ask the backend for the proof with kanade event verify.`),
    ...(uncovered === 0 ? [] : [`${uncovered} events of endpoints are signed together with later ones that are not in it: that they were recorded is proven, by whom is not.`]),
    ...(unknown === 0 ? [] : [`${unknown} events are of endpoints whose keys were erased with their data: that they were recorded is proven, by whom cannot be told any more.`]),
    ...(replaced === 0 ? [] : [`${replaced} events are signed with a key that had just been replaced: the last words of a machine that was given new keys.`]),
  ];
}
