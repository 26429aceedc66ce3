import { cleanup, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { endpointStatuses, runStates } from '../api/choices.ts';
import { renderIn } from '../page.spec-kit.tsx';
import { EndpointStatusBadge, RunStateBadge } from './state-badge.tsx';

afterEach(cleanup);

describe('state badges', () => {
  it.each(['en', 'ja'] as const)('say each state in words and show it as an icon of its own, in %s', async (language) => {
    const { container } = await renderIn(language, <>{runStates.map((state) => <RunStateBadge key={state} state={state} />)}</>);
    const badges = [...container.querySelectorAll('.badge')];
    const words = badges.map((badge) => badge.textContent);
    expect(badges).toHaveLength(runStates.length);
    expect(new Set(words).size).toBe(runStates.length);
    expect(badges.every((badge) => badge.querySelector('svg[aria-hidden="true"]') !== null)).toBe(true);
  });

  it('mark what is only presumed', async () => {
    await renderIn('en', <RunStateBadge state="lost" presumed />);
    expect(screen.getByLabelText('Presumed')).toBeTruthy();
  });

  it('know every endpoint status', async () => {
    await renderIn('ja', <>{endpointStatuses.map((status) => <EndpointStatusBadge key={status} status={status} />)}</>);
    expect(screen.getByText('オンライン')).toBeTruthy();
    expect(screen.getByText('未接続')).toBeTruthy();
  });
});
