import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { executionsQuery } from '../api/executions.ts';
import { sessionQuery } from '../api/session.ts';
import { paths } from '../paths.ts';
import classes from './app-frame.module.css';
import { Permitted } from './permitted.tsx';

/** More than these are just many. */
const mostCounted = 100;

function Waiting() {
  const { t } = useTranslation();
  const { data: session } = useQuery(sessionQuery);
  const { data } = useQuery(executionsQuery({ approval: 'waiting', limit: mostCounted }));
  const count = data?.items.filter(({ approval }) => approval?.accountId !== session?.accountId).length ?? 0;
  if (count === 0) return null;
  return (
    <div className={classes['banner']} role="status">
      {t('approval.banner', { count })}
      <Link to={paths.executions} search={{ approval: 'waiting' }}>{t('approval.bannerLink')}</Link>
    </div>
  );
}

/** Tells whoever may approve that somebody waits for it. */
export function ApprovalsBanner() {
  return <Permitted needs="run"><Waiting /></Permitted>;
}
