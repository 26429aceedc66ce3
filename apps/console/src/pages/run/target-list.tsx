import { CloseButton } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { EndpointMarks, EndpointName } from '../../components/endpoint-marks.tsx';
import type { ChosenEndpoint } from '../../components/selection.tsx';
import { EndpointStatusBadge } from '../../components/state-badge.tsx';
import classes from './run.module.css';

interface TargetListProps {
  readonly targets: readonly ChosenEndpoint[];
  readonly onRemove?: ((target: ChosenEndpoint) => void) | undefined;
}

/** Every endpoint that will run it, by name; ten thousand of them too. */
export function TargetList({ targets, onRemove }: TargetListProps) {
  const { t } = useTranslation();
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: targets.length, getScrollElement: () => scroll.current, estimateSize: () => 30, overscan: 10 });
  return (
    <div ref={scroll} className={classes['targets']} role="region" aria-label={t('run.list')} tabIndex={0}>
      <ul className={classes['list']} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const target = targets[index];
          if (!target) return null;
          return (
            <li key={target.id} className={classes['target']} style={{ transform: `translateY(${start}px)` }} aria-setsize={targets.length} aria-posinset={index + 1}>
              <span title={target.id}><EndpointName endpoint={target} /></span>
              <EndpointMarks endpoint={target} />
              {target.status !== 'online' && <EndpointStatusBadge status={target.status} />}
              {onRemove && <CloseButton size="xs" aria-label={t('run.remove', { name: target.name })} onClick={() => { onRemove(target); }} />}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
