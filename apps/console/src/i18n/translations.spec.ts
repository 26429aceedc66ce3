import i18next from 'i18next';
import { describe, expect, it } from 'vitest';
import { en } from './en.ts';
import { ja } from './ja.ts';
import { chooseLanguage, chosenLanguage, languageOfBrowser, startTranslation } from './language.ts';

interface Texts {
  readonly [key: string]: string | Texts;
}

function textsOf(texts: Texts, path = ''): [string, string][] {
  return Object.entries(texts).flatMap(([key, value]) => (typeof value === 'string' ? [[`${path}${key}`, value] satisfies [string, string]] : textsOf(value, `${path}${key}.`)));
}

const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)/g)].map(([, name]) => name).sort();

describe('translations', () => {
  const english = new Map(textsOf(en));
  const japanese = new Map(textsOf(ja));

  it('exist for every text in both languages', () => {
    const known = [...english.keys()].filter((key) => !key.endsWith('_one'));
    expect([...japanese.keys()].sort()).toEqual(known.sort());
  });

  it('name the same values', () => {
    for (const [key, text] of japanese) expect([key, placeholders(text)]).toEqual([key, placeholders(english.get(key) ?? '')]);
  });

  it('leave no text empty', () => {
    for (const [key, text] of [...english, ...japanese]) expect([key, text.trim() === '']).toEqual([key, false]);
  });
});

describe('language', () => {
  it('follows the browser until one is chosen, and remembers the choice', async () => {
    expect(languageOfBrowser(['fr-FR', 'ja-JP', 'en'])).toBe('ja');
    expect(languageOfBrowser(['fr-FR'])).toBe('en');
    await startTranslation('en');
    expect(i18next.t('executions.ended', { done: 1, count: 1200 })).toBe('1 of 1,200 ended');
    await chooseLanguage('ja');
    expect(chosenLanguage()).toBe('ja');
    expect(document.documentElement.lang).toBe('ja');
    expect(i18next.t('executions.ended', { done: 1, count: 1200 })).toBe('1,200 件中 1 件終了');
    await chooseLanguage('auto');
    expect(chosenLanguage()).toBe('auto');
  });
});
