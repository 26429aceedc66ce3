import { Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { hasEnded, runStates } from '../api/choices.ts';
import type { ExecutionView } from '../api/types.ts';
import { useFormat } from '../format/use-format.ts';
import classes from './counts-bar.module.css';
import { runStateLooks } from './state-badge.tsx';

// What ended well stands first, what waits last; the rest in between.
const order = [...runStates].sort((a, b) => rank(a) - rank(b));

function rank(state: (typeof runStates)[number]): number {
  if (state === 'succeeded') return 0;
  if (state === 'queued') return 3;
  return hasEnded(state) ? 1 : 2;
}

/** How far an execution is: a bar for the eye, the same in words for everyone. */
export function CountsBar({ execution }: { readonly execution: Pick<ExecutionView, 'counts' | 'targetCount'> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { counts, targetCount } = execution;
  const present = order.map((state) => ({ state, count: counts[state] ?? 0 })).filter(({ count }) => count > 0);
  const ended = present.reduce((sum, { state, count }) => sum + (hasEnded(state) ? count : 0), 0);
  const words = present.map(({ state, count }) => `${t(`runState.${state}`)} ${format.number(count)}`).join(' · ');
  return (
    <Tooltip label={words}>
      <div className={classes['row']}>
        <div className={classes['bar']} role="img" aria-label={words}>
          {present.map(({ state, count }) => (
            <span key={state} className={classes[state === 'queued' ? 'unset' : runStateLooks[state].tone]} style={{ flexGrow: count }} />
          ))}
        </div>
        <span className={classes['text']}>
          {ended === targetCount ? format.number(targetCount) : t('executions.ended', { done: ended, count: targetCount })}
        </span>
      </div>
    </Tooltip>
  );
}
