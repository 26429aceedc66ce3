import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

interface SearchInputProps {
  readonly label: string;
  readonly value: string;
  /** Called once typing pauses. */
  readonly onChange: (value: string) => void;
}

/** A search the server answers; asks when typing pauses, not with every key. */
export function SearchInput({ label, value, onChange }: SearchInputProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState({ text: value, from: value });
  // The address may change without typing: back, forward, a cleared filter.
  const text = typed.from === value ? typed.text : value;
  const report = useDebouncedCallback((next: string) => {
    onChange(next.trim());
  }, 250);
  const type = (next: string) => {
    setTyped({ text: next, from: value });
    report(next);
  };
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={label}
      w={280}
      maw="100%"
      leftSection={<IconSearch size={15} aria-hidden="true" />}
      rightSection={
        text === '' ? null : (
          <CloseButton
            size="sm"
            aria-label={t('action.clearSearch')}
            onClick={() => {
              type('');
            }}
          />
        )
      }
      value={text}
      onChange={(event) => {
        type(event.currentTarget.value);
      }}
    />
  );
}
