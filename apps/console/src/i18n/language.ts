import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en.ts';
import { ja } from './ja.ts';

export const languages = ['en', 'ja'] as const;
export type Language = (typeof languages)[number];
export const languageChoices = ['auto', ...languages] as const;
export type LanguageChoice = (typeof languageChoices)[number];

const storageKey = 'kanade.language';

export function isLanguage(value: string | null | undefined): value is Language {
  return languages.some((language) => language === value);
}

/** The first of the browser's languages that we have; English otherwise. */
export function languageOfBrowser(wanted: readonly string[]): Language {
  const known = wanted.map((tag) => tag.split('-')[0]).find((tag) => isLanguage(tag));
  return isLanguage(known) ? known : 'en';
}

export function chosenLanguage(): LanguageChoice {
  const stored = localStorage.getItem(storageKey);
  return isLanguage(stored) ? stored : 'auto';
}

/** Remembers the choice and shows the console in it. */
export async function chooseLanguage(choice: LanguageChoice): Promise<void> {
  if (choice === 'auto') localStorage.removeItem(storageKey);
  else localStorage.setItem(storageKey, choice);
  await i18next.changeLanguage(choice === 'auto' ? languageOfBrowser(navigator.languages) : choice);
}

/** Must be done before anything is rendered. */
export async function startTranslation(language: Language): Promise<void> {
  i18next.on('languageChanged', (changed) => {
    document.documentElement.lang = changed;
  });
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    resources: { en: { translation: en }, ja: { translation: ja } },
    // React escapes what it renders.
    interpolation: { escapeValue: false },
  });
}
