import type { BrowserContextOptions } from 'playwright-core';

/** How somebody looks at the console. */
export interface Look {
  readonly language: 'en' | 'ja';
  readonly scheme: 'light' | 'dark';
  readonly screen: 'wide' | 'narrow';
}

const screens = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } } as const;

/** Every pair of language, scheme and screen is in one of these; all eight would only take twice as long. */
export const looks: readonly Look[] = [
  { language: 'en', scheme: 'light', screen: 'wide' },
  { language: 'ja', scheme: 'dark', screen: 'wide' },
  { language: 'en', scheme: 'dark', screen: 'narrow' },
  { language: 'ja', scheme: 'light', screen: 'narrow' },
];

export const usualLook: Look = { language: 'en', scheme: 'light', screen: 'wide' };

export const nameOf = ({ language, scheme, screen }: Look): string => `${language}-${scheme}-${screen}`;

/** The browser such a person has; the console follows it as long as nothing else is chosen. */
export function contextOptions({ language, scheme, screen }: Look): BrowserContextOptions {
  return {
    locale: language === 'ja' ? 'ja-JP' : 'en-GB',
    timezoneId: 'Asia/Tokyo',
    colorScheme: scheme,
    viewport: screens[screen],
    // Half a transition has colours nobody chose.
    reducedMotion: 'reduce',
  };
}
