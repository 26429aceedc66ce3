import { Link } from '@tanstack/react-router';
import { IconActivityHeartbeat, IconDevices2, IconFileCode, IconKey, IconLayoutDashboard, IconListDetails, IconMapPin, IconPlayerPlay, IconShieldSearch, IconTimelineEvent, IconUsers } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { paths } from '../paths.ts';
import { useMay } from './permitted.tsx';
import classes from './app-frame.module.css';

/** The console's places, in the order of the menu. */
const places = [
  { key: 'overview', needs: 'fleet:read', to: paths.overview, icon: IconLayoutDashboard },
  { key: 'endpoints', needs: 'fleet:read', to: paths.endpoints, icon: IconDevices2 },
  { key: 'enrolmentTokens', needs: 'endpoint:manage', to: paths.enrolmentTokens, icon: IconKey },
  { key: 'sites', needs: 'fleet:read', to: paths.sites, icon: IconMapPin },
  { key: 'run', needs: 'run', to: paths.run, icon: IconPlayerPlay },
  { key: 'jobs', needs: 'fleet:read', to: paths.jobs, icon: IconFileCode },
  { key: 'executions', needs: 'fleet:read', to: paths.executions, icon: IconListDetails },
  { key: 'events', needs: 'history:read', to: paths.events, icon: IconTimelineEvent },
  { key: 'audit', needs: 'audit:read', to: paths.audit, icon: IconShieldSearch },
  { key: 'users', needs: 'account:manage', to: paths.users, icon: IconUsers },
  { key: 'status', needs: 'system:read', to: paths.status, icon: IconActivityHeartbeat },
] as const;

/** The places somebody may go to. */
export function usePlaces() {
  const may = useMay();
  return places.filter(({ needs }) => may(needs));
}

/** Whether an address lies in a place that somebody may not go to; the page would only be refused what it asks for. */
export function useIsBarred(pathname: string): boolean {
  const may = useMay();
  return places.some(({ to, needs }) => to !== paths.overview && (pathname === to || pathname.startsWith(`${to}/`)) && !may(needs));
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
