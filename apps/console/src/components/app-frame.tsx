import { ActionIcon, Button, Drawer, Kbd, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { spotlight } from '@mantine/spotlight';
import { IconHistory, IconMenu2, IconSearch } from '@tabler/icons-react';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLiveClient, useLiveStatus } from '../live/live-context.tsx';
import { useIsDated, useMoment } from '../moment/moment-context.tsx';
import { TimeBar, useGoTo } from '../moment/time-bar.tsx';
import { paths } from '../paths.ts';
import { AccountMenu } from './account-menu.tsx';
import { ApprovalsBanner } from './approvals-banner.tsx';
import classes from './app-frame.module.css';
import { JumpTo } from './jump-to.tsx';
import { Logo } from './logo.tsx';
import { Navigation, useIsBarred } from './navigation.tsx';
import { PageBarred } from './page-states.tsx';
import { LanguageMenu, SchemeMenu } from './preferences.tsx';

const liveWords = { idle: 'connecting', connecting: 'connecting', open: 'open', waiting: 'lost' } as const;

function LiveMark() {
  const { t } = useTranslation();
  const status = useLiveStatus();
  return (
    <span className={classes['live']} role="status">
      <span className={classes['dot']} data-status={status} />
      <span>{t(`live.${liveWords[status]}`)}</span>
    </span>
  );
}

/** Only what lasts longer than a moment is worth a banner. */
function ConnectionBanner() {
  const { t } = useTranslation();
  const client = useLiveClient();
  const isWaiting = useLiveStatus() === 'waiting';
  const [isLong, setIsLong] = useState(false);
  useEffect(() => {
    if (!isWaiting) return undefined;
    const timer = setTimeout(() => {
      setIsLong(true);
    }, 1000);
    return () => {
      clearTimeout(timer);
      setIsLong(false);
    };
  }, [isWaiting]);
  if (!isLong) return null;
  return (
    <div className={classes['banner']} role="alert">
      {t('live.waiting')}
      <Button
        size="compact-xs"
        variant="default"
        onClick={() => {
          client.retryNow();
        }}
      >
        {t('live.retry')}
      </Button>
    </div>
  );
}

function Header({ onMenu }: { readonly onMenu: () => void }) {
  const { t } = useTranslation();
  const isPast = useMoment() !== undefined;
  const isDated = useIsDated();
  const goTo = useGoTo();
  return (
    <header className={classes['header']}>
      <div className={classes['narrowOnly']}>
        <ActionIcon variant="subtle" color="gray" aria-label={t('app.menu')} onClick={onMenu}>
          <IconMenu2 size={18} />
        </ActionIcon>
      </div>
      <Link to={paths.overview} className={classes['brand']}>
        <Logo />
        {t('app.name')}
      </Link>
      <div className={classes['spacer']} />
      <button type="button" className={classes['search']} aria-keyshortcuts="Control+K" onClick={spotlight.open}>
        <IconSearch size={15} aria-hidden="true" />
        <span>{t('app.search')}</span>
        <Kbd size="xs" aria-hidden="true">{t('app.shortcut')}</Kbd>
      </button>
      {!isPast && <LiveMark />}
      {!isPast && isDated && (
        <Tooltip label={t('moment.look')}>
          <ActionIcon variant="subtle" color="gray" aria-label={t('moment.look')} onClick={() => { goTo(Date.now()); }}>
            <IconHistory size={17} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      )}
      <LanguageMenu />
      <SchemeMenu />
      <AccountMenu />
    </header>
  );
}

/** What surrounds every page of somebody who is signed in. */
export function AppFrame() {
  const { t } = useTranslation();
  const [isOpen, menu] = useDisclosure(false);
  const isPast = useMoment() !== undefined;
  const isBarred = useIsBarred(useLocation().pathname);
  return (
    <div className={classes['frame']}>
      <a href="#content" className={classes['skip']}>
        {t('app.skip')}
      </a>
      <Header onMenu={menu.open} />
      <nav className={classes['nav']} aria-label={t('app.navigation')}>
        <Navigation />
      </nav>
      <Drawer opened={isOpen} onClose={menu.close} size="15rem" title={<Logo />} closeButtonProps={{ 'aria-label': t('app.close') }}>
        <nav aria-label={t('app.navigation')}>
          <Navigation onNavigate={menu.close} />
        </nav>
      </Drawer>
      <main id="content" tabIndex={-1} className={classes['main']}>
        <TimeBar />
        <ConnectionBanner />
        {!isPast && <ApprovalsBanner />}
        <div className={classes['inner']}>
          {isBarred ? <PageBarred /> : <Outlet />}
        </div>
      </main>
      <JumpTo />
    </div>
  );
}
