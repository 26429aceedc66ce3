import { Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import classes from './page.module.css';

interface PageHeadProps {
  readonly title: string;
  /** Shown in monospace: an id. */
  readonly mono?: boolean;
  readonly back?: ReactNode;
  readonly marks?: ReactNode;
  readonly lead?: string;
  readonly children?: ReactNode;
}

/** A page's heading, its way back, and what can be done. */
export function PageHead({ title, mono = false, back, marks, lead, children }: PageHeadProps) {
  useDocumentTitle(`${title} · kanade`);
  return (
    <div className={classes['head']}>
      <div className={classes['titles']}>
        {back !== undefined && <div className={classes['back']}>{back}</div>}
        <div className={classes['title']}>
          <Title order={1} className={mono ? 'k-mono' : undefined}>
            {title}
          </Title>
          {marks}
        </div>
        {lead !== undefined && <span className="k-muted">{lead}</span>}
      </div>
      {children !== undefined && <div className={classes['actions']}>{children}</div>}
    </div>
  );
}

/** A part of a page under a heading of its own. */
export function Section({ title, aside, children }: { readonly title: string; readonly aside?: ReactNode; readonly children: ReactNode }) {
  return (
    <section className={classes['section']}>
      <Title order={2}>
        {title}
        {aside}
      </Title>
      {children}
    </section>
  );
}

export function Toolbar({ children }: { readonly children: ReactNode }) {
  return <div className={classes['toolbar']}>{children}</div>;
}

export function Card({ children, className }: { readonly children: ReactNode; readonly className?: string | undefined }) {
  return <div className={`${classes['card'] ?? ''} ${className ?? ''}`}>{children}</div>;
}

export interface Fact {
  readonly term: string;
  readonly value: ReactNode;
}

/** Terms and values, one under the other; `strip` puts them side by side. */
export function Facts({ facts, strip = false }: { readonly facts: readonly Fact[]; readonly strip?: boolean }) {
  return (
    <dl className={classes[strip ? 'strip' : 'facts']}>
      {facts.map(({ term, value }) => (strip ? <div key={term}><dt>{term}</dt><dd>{value}</dd></div> : <FactRow key={term} term={term} value={value} />))}
    </dl>
  );
}

function FactRow({ term, value }: Fact) {
  return (
    <>
      <dt>{term}</dt>
      <dd>{value}</dd>
    </>
  );
}
