import { convertCssVariables, defaultCssVariablesResolver, DEFAULT_THEME, mergeMantineTheme } from '@mantine/core';
import type { Plugin } from 'vite';
import { theme } from './src/theme.ts';

const id = 'virtual:theme-variables.css';

/**
 * Writes the theme's CSS variables into the built stylesheet. Mantine would otherwise put them into a `<style>` element
 * at run time, which `style-src 'self'` forbids.
 */
export function themeVariables(): Plugin {
  return {
    name: 'kanade-theme-variables',
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load: (source) =>
      source === `\0${id}` ? convertCssVariables(defaultCssVariablesResolver(mergeMantineTheme(DEFAULT_THEME, theme)), ':root') : undefined,
  };
}
