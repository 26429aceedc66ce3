import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { SessionView } from '@kanade/api-client';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { sessionQuery } from './api/session.ts';
import { startTranslation } from './i18n/language.ts';
import type { Language } from './i18n/language.ts';
import { theme } from './theme.ts';

/** What jsdom lacks and the components ask for; sizes are those of a screen, so that virtual lists have rows. */
export function prepareBrowser(): void {
  window.matchMedia = (query) => Object.assign(new EventTarget(), { matches: false, media: query, onchange: null, addListener: () => undefined, removeListener: () => undefined });
  window.ResizeObserver = class {
    observe = () => undefined;
    unobserve = () => undefined;
    disconnect = () => undefined;
  };
  HTMLElement.prototype.scrollIntoView = () => undefined;
  Object.defineProperty(document, 'fonts', { configurable: true, value: new EventTarget() });
  for (const [size, value] of [['clientWidth', 800], ['clientHeight', 400], ['offsetHeight', 20]] as const) {
    Object.defineProperty(HTMLElement.prototype, size, { configurable: true, value });
  }
}

const administrator: SessionView = { accountId: 'a1', username: 'admin', role: 'admin', grants: [{ role: 'admin', sites: 'all' }], expiresAt: '2099-01-01T00:00:00.000Z' };

/** Renders with everything a component finds around itself in the console, for who may do everything. */
export async function renderIn(language: Language, content: ReactNode) {
  prepareBrowser();
  await startTranslation(language);
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  queries.setQueryData(sessionQuery.queryKey, administrator);
  const router = createRouter({ routeTree: createRootRoute({ component: () => content }), history: createMemoryHistory() });
  const view = render(
    <MantineProvider theme={theme} env="test">
      <QueryClientProvider client={queries}>
        <RouterProvider<typeof router> router={router} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  await router.load();
  return { ...view, queries };
}
