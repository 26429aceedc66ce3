import { createTheme } from '@mantine/core';
import type { MantineColorsTuple } from '@mantine/core';

/** 藍 (ai), the indigo of work clothes: the console's only accent, so that state colours keep their meaning. */
const ai: MantineColorsTuple = [
  '#eef3fb', '#dbe5f5', '#b6c9ea', '#8eabdf', '#6c91d5', '#527dcb', '#3f6bbb', '#2f569f', '#274a8b', '#1b3565',
];
/** Neutral greys with a little of the accent's blue. */
const dark: MantineColorsTuple = [
  '#d3d8e0', '#b3bac6', '#8b94a3', '#646e7e', '#434c5a', '#333b47', '#262d37', '#171c23', '#12161c', '#0c1015',
];
const gray: MantineColorsTuple = [
  '#f6f7f9', '#eef0f4', '#e2e5eb', '#d3d8e0', '#b9c0cc', '#98a1b0', '#6d7787', '#4b5463', '#323a47', '#1c222c',
];

const sans =
  "system-ui, -apple-system, 'Segoe UI', Roboto, 'Hiragino Sans', 'Yu Gothic UI', Meiryo, 'Noto Sans JP', 'Noto Sans CJK JP', sans-serif";
const mono =
  "ui-monospace, 'SF Mono', 'Cascadia Mono', Consolas, 'DejaVu Sans Mono', 'Liberation Mono', 'Noto Sans Mono CJK JP', 'BIZ UDGothic', monospace";

/** Dense and calm: 14 px text, small radii, one accent. */
export const theme = createTheme({
  colors: { ai, dark, gray },
  primaryColor: 'ai',
  primaryShade: { light: 7, dark: 6 },
  defaultRadius: 'sm',
  respectReducedMotion: true,
  cursorType: 'pointer',
  fontFamily: sans,
  fontFamilyMonospace: mono,
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.1875rem' },
  headings: {
    fontFamily: sans,
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.3125rem', lineHeight: '1.35' },
      h2: { fontSize: '1rem', lineHeight: '1.4' },
      h3: { fontSize: '0.875rem', lineHeight: '1.4' },
    },
  },
  components: {
    Button: { defaultProps: { size: 'sm' } },
    Modal: { defaultProps: { lockScroll: false, centered: true } },
    Drawer: { defaultProps: { lockScroll: false } },
    Tooltip: { defaultProps: { openDelay: 250, withArrow: true, maw: 380, multiline: true } },
  },
});
