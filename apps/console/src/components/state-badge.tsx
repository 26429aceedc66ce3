import { Tooltip } from '@mantine/core';
import {
  IconAlertTriangle, IconBan, IconCheck, IconCircleDashed, IconCircleDot, IconClockX, IconHelp, IconHourglass, IconInbox, IconLoader2,
  IconPlayerSkipForward, IconPlugConnectedX, IconPower, IconShieldX, IconUnlink, IconX,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApprovalState, EndpointStatus, ExecutionView, RunState, SystemStatus } from '../api/types.ts';
import classes from './state-badge.module.css';

export type Tone = 'ok' | 'bad' | 'warn' | 'run' | 'mute';
type Icon = typeof IconCheck;

/** What each run state looks like; never colour alone. */
export const runStateLooks: Readonly<Record<RunState, { readonly tone: Tone; readonly icon: Icon; readonly turning?: boolean }>> = {
  queued: { tone: 'mute', icon: IconCircleDashed },
  accepted: { tone: 'run', icon: IconInbox },
  started: { tone: 'run', icon: IconLoader2, turning: true },
  succeeded: { tone: 'ok', icon: IconCheck },
  failed: { tone: 'bad', icon: IconX },
  'timed-out': { tone: 'bad', icon: IconClockX },
  cancelled: { tone: 'mute', icon: IconBan },
  refused: { tone: 'bad', icon: IconShieldX },
  skipped: { tone: 'warn', icon: IconPlayerSkipForward },
  interrupted: { tone: 'warn', icon: IconPlugConnectedX },
  expired: { tone: 'warn', icon: IconClockX },
  lost: { tone: 'warn', icon: IconUnlink },
};

const executionLooks: Readonly<Record<ExecutionView['state'], { readonly tone: Tone; readonly icon: Icon; readonly turning?: boolean }>> = {
  running: runStateLooks.started,
  succeeded: runStateLooks.succeeded,
  failed: runStateLooks.failed,
  cancelled: runStateLooks.cancelled,
};

const endpointLooks: Readonly<Record<EndpointStatus, { readonly tone: Tone; readonly icon: Icon }>> = {
  online: { tone: 'ok', icon: IconCircleDot },
  offline: { tone: 'mute', icon: IconPower },
  'never-seen': { tone: 'mute', icon: IconHelp },
};

const healthLooks: Readonly<Record<SystemStatus['status'], { readonly tone: Tone; readonly icon: Icon }>> = {
  ok: { tone: 'ok', icon: IconCheck },
  degraded: { tone: 'warn', icon: IconAlertTriangle },
  failed: { tone: 'bad', icon: IconX },
};

interface BadgeProps {
  readonly tone: Tone;
  readonly icon: Icon;
  readonly turning?: boolean | undefined;
  readonly hint?: string | undefined;
  readonly children: ReactNode;
}

/** A state as icon and word. */
export function Badge({ tone, icon: Icon, turning, hint, children }: BadgeProps) {
  const badge = (
    <span className={`${classes['badge'] ?? ''} ${classes[tone] ?? ''}`}>
      <Icon size={13} stroke={2.2} aria-hidden="true" className={turning === true ? classes['turning'] : undefined} />
      {children}
    </span>
  );
  return hint === undefined ? badge : <Tooltip label={hint}>{badge}</Tooltip>;
}

/** `presumed`: the backend's guess that the endpoint's own report may still replace. */
export function RunStateBadge({ state, presumed = false }: { readonly state: RunState; readonly presumed?: boolean }) {
  const { t } = useTranslation();
  const hint = presumed ? `${t(`runStateHint.${state}`)} — ${t('presumedHint')}` : t(`runStateHint.${state}`);
  return (
    <Badge {...runStateLooks[state]} hint={hint}>
      {t(`runState.${state}`)}
      {presumed && <span aria-label={t('presumed')}>{'?'}</span>}
    </Badge>
  );
}

/** What an execution that was never let run looks like. */
const unapprovedLooks: Readonly<Record<Exclude<ApprovalState, 'approved'>, { readonly tone: Tone; readonly icon: Icon }>> = {
  waiting: { tone: 'warn', icon: IconHourglass },
  denied: { tone: 'bad', icon: IconShieldX },
  expired: runStateLooks.expired,
  withdrawn: runStateLooks.cancelled,
};

export function ExecutionStateBadge({ execution: { state, approval } }: { readonly execution: Pick<ExecutionView, 'state' | 'approval'> }) {
  const { t } = useTranslation();
  if (approval !== null && approval.state !== 'approved') return <Badge {...unapprovedLooks[approval.state]}>{t(`approvalState.${approval.state}`)}</Badge>;
  return <Badge {...executionLooks[state]}>{t(`executionState.${state}`)}</Badge>;
}

export function EndpointStatusBadge({ status }: { readonly status: EndpointStatus }) {
  const { t } = useTranslation();
  return <Badge {...endpointLooks[status]}>{t(`endpointStatus.${status}`)}</Badge>;
}

export function HealthBadge({ status }: { readonly status: SystemStatus['status'] }) {
  const { t } = useTranslation();
  return <Badge {...healthLooks[status]}>{t(`health.${status}`)}</Badge>;
}
