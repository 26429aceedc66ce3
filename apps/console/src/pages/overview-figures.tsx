import type { IconCheck } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { Tone } from '../components/state-badge.tsx';
import { useFormat } from '../format/use-format.ts';
import { paths } from '../paths.ts';
import type { EndpointsSearch } from '../search-params.ts';
import classes from './overview-page.module.css';

export interface Figure {
  readonly key: string;
  readonly term: string;
  readonly value: number;
  readonly tone: Tone;
  readonly icon: typeof IconCheck;
  /** The list of endpoints behind the figure. */
  readonly link?: EndpointsSearch;
}

/** A few numbers side by side, each with the list behind it where there is one. */
export function Figures({ figures }: { readonly figures: readonly Figure[] }) {
  const format = useFormat();
  return (
    <dl className={classes['figures']}>
      {figures.map(({ key, term, value, tone, icon: Icon, link }) => (
        <div key={key}>
          <dt>
            <Icon size={13} stroke={2.2} aria-hidden="true" className={classes[tone]} />
            {term}
          </dt>
          <dd>
            {link ? (
              <Link to={paths.endpoints} search={link}>
                {format.number(value)}
              </Link>
            ) : (
              format.number(value)
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
