import { configureApi } from '@kanade/api-client';
import { describe, expect, it, vi } from 'vitest';
import { tellNamesakes } from './namesakes.ts';

async function said(ids: readonly string[]): Promise<string> {
  const send = vi.fn<typeof fetch>(() => Promise.resolve(Response.json({ items: ids.map((id) => ({ id, name: 'web-1' })), nextCursor: null, position: '00000000:1' })));
  configureApi({ baseUrl: 'http://localhost', fetch: send });
  const lines: string[] = [];
  await tellNamesakes('web-1', (line) => lines.push(line));
  expect(send).toHaveBeenCalledWith(expect.stringContaining('name=web-1'), expect.anything());
  return lines.join('\n');
}

describe('enrolling a machine', () => {
  it('says that its name is taken, by whom, and what to do after a restore', async () => {
    expect(await said(['e1'])).toMatch(/an endpoint called web-1 is enrolled already \(e1\).*another one[\s\S]*move the old agents/);
    expect(await said(['e1', 'e2'])).toMatch(/endpoints called web-1 are enrolled already \(e1, e2\)/);
  });

  it('says nothing when it is not', async () => {
    expect(await said([])).toBe('');
  });
});
