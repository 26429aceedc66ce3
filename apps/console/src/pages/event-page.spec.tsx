import { cleanup, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import type { EventDetail } from '../api/types.ts';
import { CodeBlock } from '../components/code-block.tsx';
import { renderIn } from '../page.spec-kit.tsx';
import { EventHeaders } from './event-page.tsx';

afterEach(cleanup);

const eventWith = (headers: EventDetail['headers']): EventDetail => ({
  position: '1a2b3c4d:7', id: 'e7', type: '', source: '', time: '2026-01-31T12:00:00.000Z', recordedAt: '2026-01-31T12:00:00.000Z', principal: null, endpointId: 'e1', executionId: null, status: 'poison',
  poisonReason: 'It has no place in the chain.', subject: 'kanade.events.endpoint.e1', headers, body: '', erased: false, signature: 'pending',
});
const nodes = (root: Node): number => 1 + [...root.childNodes].reduce((sum, child) => sum + nodes(child), 0);

describe('an event that was written to hang the page', () => {
  it.each([
    ['brackets nested by the thousand', `{"data":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
    ['very many values', `[${'1,'.repeat(400_000)}1]`],
    ['a megabyte of marks', JSON.stringify({ data: '\u0301'.repeat(500_000) })],
    ['a megabyte of what is no JSON', '{"'.repeat(500_000)],
  ])('is shown by few elements and its beginning: %s', async (_, body) => {
    const { container } = await renderIn('en', <CodeBlock label="body" code={body} language="json" />);
    expect(screen.getByRole('region').textContent.length).toBeLessThanOrEqual(65_536);
    expect(screen.getByRole('region').textContent).not.toMatch(/\p{M}{9}/u);
    expect(screen.getByRole('note').textContent).toContain('Copying takes all of it');
    expect(nodes(container)).toBeLessThan(10_000);
  });

  it('says nothing of the kind of a short one', async () => {
    await renderIn('en', <CodeBlock label="body" code='{"a":[1]}' language="json" />);
    expect(screen.getByRole('region').textContent).toBe('{\n  "a": [\n    1\n  ]\n}');
    expect(screen.queryByRole('note')).toBeNull();
  });

  it('shows some of very many headers, and the beginning of long ones', async () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`Name-${index}`, 'v']));
    const { container, unmount } = await renderIn('en', <EventHeaders event={eventWith(many)} />);
    expect(nodes(container)).toBeLessThan(1000);
    expect(screen.getByText('Not all of it', { exact: false }).textContent).toContain('download');
    unmount();
    const { container: other } = await renderIn('en', <EventHeaders event={eventWith({ '': '\u0301'.repeat(60_000), ['n'.repeat(60_000)]: 'v' })} />);
    expect(screen.getByText('Unreadable, as it came')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Download' })).toBeTruthy();
    expect(other.querySelector('dl')?.textContent.length).toBeLessThan(5000);
  });
});
