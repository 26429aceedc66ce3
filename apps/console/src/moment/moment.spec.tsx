import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { Permitted } from '../components/permitted.tsx';
import { RelativeTime } from '../components/time-text.tsx';
import { renderIn } from '../page.spec-kit.tsx';
import { rowsOf } from '../pages/endpoint/changes.tsx';
import { momentOf } from '../search-params.ts';
import { fromInput, toInput } from './input-time.ts';
import { MomentContext } from './moment-context.tsx';

describe('a moment in an address', () => {
  it.each(['0badcafe:17', '2026-01-31T12:00:00.000Z', '2026-01-31T12:00:00+09:00'])('is %s', (text) => {
    expect(momentOf(text)).toBe(text);
  });

  it.each(['yesterday', '17', '2026-01-31', 17, undefined])('is not %j', (text) => {
    expect(momentOf(text)).toBeUndefined();
  });

  it('goes through a field for date and time unchanged', () => {
    const time = Date.parse('2026-01-31T12:00:05.000Z');
    expect(fromInput(toInput(time))).toBe(time);
    expect(fromInput('')).toBeUndefined();
  });
});

describe('the past', () => {
  const content = (at: string | undefined) => (
    <MomentContext value={at === undefined ? undefined : { at, time: Date.parse(at) }}>
      <Permitted needs="run"><button type="button">act</button></Permitted>
      <RelativeTime time="2026-01-31T11:00:00.000Z" />
    </MomentContext>
  );

  it('shows nothing that would change something, and tells times as they were told then', async () => {
    await renderIn('en', content('2026-01-31T12:00:00.000Z'));
    expect(screen.queryByText('act')).toBeNull();
    expect(screen.getByText(/^1 (hour|hr\.?) ago$/)).toBeDefined();
  });

  it('is not the present', async () => {
    await renderIn('en', content(undefined));
    expect(screen.getByText('act')).toBeDefined();
  });
});

it('changes are told as what was there before and after', () => {
  const same = { architecture: 'amd64', source: 'dpkg' as const };
  const changes = [{ field: 'site', before: 'default', after: 'tokyo' }, { field: 'alias', before: null, after: 'Desk' }];
  const packages = { added: [{ name: 'zsh', version: '5', ...same }], removed: [{ name: 'vim', version: '9', ...same }], updated: [{ name: 'bash', before: '5.1', after: '5.2', ...same }] };
  expect(rowsOf({ endpointId: 'e1', from: '0badcafe:1', to: '0badcafe:2', changes, packages }, (name) => `package ${name}`)).toEqual([
    { what: 'site', before: 'default', after: 'tokyo' },
    { what: 'alias', before: null, after: 'Desk' },
    { what: 'package bash', before: '5.1', after: '5.2' },
    { what: 'package zsh', before: null, after: '5' },
    { what: 'package vim', before: '9', after: null },
  ]);
});
