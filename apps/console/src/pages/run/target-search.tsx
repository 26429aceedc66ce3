import { Combobox, TextInput, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { endpointsQuery } from '../../api/endpoints.ts';
import type { ChosenEndpoint } from '../../components/selection.tsx';
import { EndpointStatusBadge } from '../../components/state-badge.tsx';
import { FailureNotice } from '../../components/feedback.tsx';

interface TargetSearchProps {
  readonly isChosen: (id: string) => boolean;
  readonly onAdd: (endpoint: ChosenEndpoint) => void;
}

/** Finds endpoints on the server by name or id and adds them, one after the other. */
export function TargetSearch({ isChosen, onAdd }: TargetSearchProps) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [search] = useDebouncedValue(text.trim(), 200);
  const combobox = useCombobox({ onDropdownClose: () => { combobox.resetSelectedOption(); } });
  const { data, error } = useQuery(endpointsQuery({ search: search === '' ? undefined : search, limit: 12, sort: 'name' }));
  const found = data?.items ?? [];
  return (
    <>
      {error && <FailureNotice error={error} />}
      <Combobox
        store={combobox}
        withinPortal={false}
        onOptionSubmit={(id) => {
          const endpoint = found.find((each) => each.id === id);
          if (endpoint) onAdd(endpoint);
        }}
      >
        <Combobox.Target>
          <TextInput
            label={t('run.add')}
            placeholder={t('run.addPlaceholder')}
            leftSection={<IconSearch size={15} aria-hidden="true" />}
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value);
              combobox.openDropdown();
            }}
            onClick={() => { combobox.openDropdown(); }}
            onBlur={() => { combobox.closeDropdown(); }}
          />
        </Combobox.Target>
        <Combobox.Dropdown>
          <Combobox.Options mah={280} style={{ overflowY: 'auto' }}>
            {found.map(({ id, name, status }) => (
              <Combobox.Option key={id} value={id} disabled={isChosen(id)}>
                <span className="k-badges">
                  {name}
                  <EndpointStatusBadge status={status} />
                  {isChosen(id) && <span className="k-muted">{t('run.alreadyChosen')}</span>}
                </span>
              </Combobox.Option>
            ))}
            {found.length === 0 && <Combobox.Empty>{data ? t('run.noMatch') : t('table.loading')}</Combobox.Empty>}
          </Combobox.Options>
        </Combobox.Dropdown>
      </Combobox>
    </>
  );
}
