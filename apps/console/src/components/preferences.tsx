import { ActionIcon, Menu, Tooltip, useMantineColorScheme } from '@mantine/core';
import { IconCheck, IconDeviceDesktop, IconLanguage, IconMoon, IconSun } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { chooseLanguage, chosenLanguage, languageChoices } from '../i18n/language.ts';

const schemes = [
  { key: 'auto', icon: IconDeviceDesktop },
  { key: 'light', icon: IconSun },
  { key: 'dark', icon: IconMoon },
] as const;

export function SchemeMenu() {
  const { t } = useTranslation();
  // Suspending transitions meanwhile takes a <style> element, which the content security policy refuses.
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const Shown = (schemes.find(({ key }) => key === colorScheme) ?? schemes[0]).icon;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Tooltip label={t('app.scheme')}>
          <ActionIcon variant="subtle" color="gray" aria-label={t('app.scheme')}>
            <Shown size={17} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {schemes.map(({ key, icon: Icon }) => (
          <Menu.Item
            key={key}
            leftSection={<Icon size={15} />}
            rightSection={colorScheme === key ? <IconCheck size={14} /> : null}
            onClick={() => {
              setColorScheme(key);
            }}
          >
            {t(`scheme.${key}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

export function LanguageMenu() {
  const { t } = useTranslation();
  const [choice, setChoice] = useState(chosenLanguage);
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Tooltip label={t('app.language')}>
          <ActionIcon variant="subtle" color="gray" aria-label={t('app.language')}>
            <IconLanguage size={17} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {languageChoices.map((key) => (
          <Menu.Item
            key={key}
            lang={key === 'auto' ? undefined : key}
            rightSection={choice === key ? <IconCheck size={14} /> : null}
            onClick={() => {
              setChoice(key);
              void chooseLanguage(key);
            }}
          >
            {t(`language.${key}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
