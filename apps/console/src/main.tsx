import '@mantine/core/styles.css';
import '@mantine/charts/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import 'virtual:theme-variables.css';
import './theme.css';
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createQueryClient } from './api/query-client.ts';
import { sessionQuery } from './api/session.ts';
import { chosenLanguage, languageOfBrowser, startTranslation } from './i18n/language.ts';
import { createConsoleRouter } from './routes.tsx';
import { theme } from './theme.ts';

const choice = chosenLanguage();
await startTranslation(choice === 'auto' ? languageOfBrowser(navigator.languages) : choice);

const queries = createQueryClient(() => {
  if (queries.getQueryData(sessionQuery.queryKey) !== null) queries.setQueryData(sessionQuery.queryKey, null);
});
const router = createConsoleRouter(queries);
const colorSchemes = localStorageColorSchemeManager({ key: 'kanade.color-scheme' });

const element = document.getElementById('root');
if (element) {
  createRoot(element).render(
    <StrictMode>
      {/* The theme's variables are in the stylesheet; a <style> element is nothing the content security policy would allow. */}
      <MantineProvider theme={theme} colorSchemeManager={colorSchemes} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
        <Notifications position="bottom-right" />
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
