import { Link } from '@tanstack/react-router';
import { IconActivityHeartbeat, IconDevices2, IconFileCode, IconKey, IconLayoutDashboard, IconListDetails, IconPlayerPlay, IconTimelineEvent, IconUsers } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { administersAll, sessionQuery } from '../api/session.ts';
import { paths } from '../paths.ts';
import classes from './app-frame.module.css';

/** The console's places, in the order of the menu. */
const places = [
  { key: 'overview', to: paths.overview, icon: IconLayoutDashboard },
  { key: 'endpoints', to: paths.endpoints, icon: IconDevices2 },
  { key: 'enrolmentTokens', to: paths.enrolmentTokens, icon: IconKey },
  { key: 'run', to: paths.run, icon: IconPlayerPlay },
  { key: 'jobs', to: paths.jobs, icon: IconFileCode },
  { key: 'executions', to: paths.executions, icon: IconListDetails },
  { key: 'events', to: paths.events, icon: IconTimelineEvent },
  { key: 'users', to: paths.users, icon: IconUsers },
  { key: 'status', to: paths.status, icon: IconActivityHeartbeat },
] as const;

/** The places somebody may go to: users are for those who administer everything. */
export function usePlaces() {
  const { data: session } = useQuery(sessionQuery);
  return places.filter(({ key }) => key !== 'users' || administersAll(session));
}

export function Navigation({ onNavigate }: { readonly onNavigate?: () => void }) {
  const { t } = useTranslation();
  return (
    <ul className={classes['links']}>
      {usePlaces().map(({ key, to, icon: Icon }) => (
        <li key={key}>
          <Link to={to} activeOptions={{ exact: to === paths.overview, includeSearch: false }} onClick={onNavigate}>
            <Icon size={17} stroke={1.7} aria-hidden="true" />
            {t(`nav.${key}`)}
          </Link>
        </li>
      ))}
    </ul>
  );
}
