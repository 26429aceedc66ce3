import { ApiError, UnreachableError } from '@kanade/api-client';
import { cleanup, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { renderIn } from '../page.spec-kit.tsx';
import { FailureNotice } from './feedback.tsx';

afterEach(cleanup);

describe('FailureNotice', () => {
  it('says what the server said, which part was wrong, and the id of the request', async () => {
    const retry = vi.fn();
    const error = new ApiError({
      code: 'invalid-request',
      status: 400,
      message: 'The body is not valid.',
      requestId: 'req-1',
      errors: [{ path: 'what.execute.timeout', message: 'must be a duration' }],
    });
    await renderIn('en', <FailureNotice error={error} onRetry={retry} />);
    const notice = screen.getByRole('alert').textContent;
    for (const part of ['The request was not valid.', 'The body is not valid.', 'what.execute.timeout must be a duration', 'Request req-1']) expect(notice).toContain(part);
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(retry).toHaveBeenCalledTimes(1);
  });

  it('speaks the chosen language, also of what nobody foresaw', async () => {
    await renderIn('ja', <><FailureNotice error={new UnreachableError('', new Error('refused'))} /><FailureNotice error={new ApiError({ code: 'brand-new', status: 418, message: 'Teapot' })} /></>);
    const [unreachable, unknown] = screen.getAllByRole('alert').map((notice) => notice.textContent);
    expect(unreachable).toContain('バックエンドが応答しません');
    expect(unknown).toContain('Teapot');
  });
});
