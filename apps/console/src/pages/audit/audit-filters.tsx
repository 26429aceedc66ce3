import { Autocomplete, NativeSelect, SegmentedControl, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { eventTypes, interfaces } from '../../api/choices.ts';
import { Toolbar } from '../../components/page.tsx';
import { SearchInput } from '../../components/search-input.tsx';
import { choiceOf } from '../../search-params.ts';
import type { AuditSearch } from '../../search-params.ts';
import { localInput, timeOfInput } from './local-time.ts';

export type AuditFilter = Omit<AuditSearch, 'cursor'>;

interface AuditFiltersProps {
  readonly filter: AuditFilter;
  readonly onChange: (change: AuditFilter) => void;
}

const textOrNothing = (value: unknown) => (typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined);
const outcomes = ['done', 'refused'] as const;

/** One end of a span of time; it counts when the field is left. */
function TimeField({ name, time }: { readonly name: 'from' | 'to'; readonly time: string | undefined }) {
  const { t } = useTranslation();
  return (
    <TextInput
      type="datetime-local"
      step={1}
      w={300}
      maw="100%"
      name={name}
      aria-label={t(`audit.${name}`)}
      leftSection={<span className="k-muted">{t(`audit.${name}`)}</span>}
      leftSectionWidth={56}
      defaultValue={localInput(time)}
      onBlur={(event) => { event.currentTarget.form?.requestSubmit(); }}
    />
  );
}

/** What is typed counts with Enter or when the field is left; everything stands in the address. */
function TextFilters({ filter, onChange }: AuditFiltersProps) {
  const { t } = useTranslation();
  const { principal, address, target, type, from, to } = filter;
  return (
    <form
      aria-label={t('audit.filters')}
      // Another address puts its own values into the fields.
      key={[principal, address, target, type, from, to].join(' ')}
      onSubmit={(event) => {
        event.preventDefault();
        const fields = new FormData(event.currentTarget);
        const field = (name: string) => textOrNothing(fields.get(name));
        const [after, before] = [timeOfInput(field('from')), timeOfInput(field('to'))];
        onChange({ principal: field('principal'), address: field('address'), target: field('target'), type: field('type'), from: after, to: before });
      }}
    >
      <Toolbar>
        <TextInput w={190} maw="100%" name="principal" aria-label={t('audit.principal')} placeholder={t('audit.principal')} defaultValue={principal ?? ''} />
        <TextInput w={160} maw="100%" name="address" aria-label={t('audit.address')} placeholder={t('audit.address')} defaultValue={address ?? ''} />
        <TextInput w={220} maw="100%" name="target" aria-label={t('audit.target')} placeholder={t('audit.target')} defaultValue={target ?? ''} />
        <Autocomplete
          w={270}
          maw="100%"
          name="type"
          aria-label={t('audit.type')}
          placeholder={t('audit.anyType')}
          data={eventTypes}
          defaultValue={type ?? ''}
          onOptionSubmit={(value) => { onChange({ type: textOrNothing(value) }); }}
          clearable
          onClear={() => { onChange({ type: undefined }); }}
        />
        <button type="submit" className="k-visually-hidden">{t('app.searchShort')}</button>
      </Toolbar>
      <Toolbar>
        <TimeField name="from" time={from} />
        <TimeField name="to" time={to} />
      </Toolbar>
    </form>
  );
}

export function AuditFilters({ filter, onChange }: AuditFiltersProps) {
  const { t } = useTranslation();
  return (
    <>
      <Toolbar>
        <SearchInput label={t('audit.search')} value={filter.search ?? ''} onChange={(search) => { onChange({ search: textOrNothing(search) }); }} />
        <SegmentedControl
          size="xs"
          aria-label={t('audit.outcome')}
          value={filter.outcome ?? 'any'}
          onChange={(value) => { onChange({ outcome: choiceOf(value, outcomes) }); }}
          data={[{ value: 'any', label: t('audit.anyOutcome') }, ...outcomes.map((value) => ({ value, label: t(`auditOutcome.${value}`) }))]}
        />
        <NativeSelect
          aria-label={t('audit.interface')}
          value={filter.interface ?? ''}
          onChange={(event) => { onChange({ interface: choiceOf(event.currentTarget.value, interfaces) }); }}
          data={[{ value: '', label: t('audit.anyInterface') }, ...interfaces.map((value) => ({ value, label: t(`interface.${value}`) }))]}
        />
      </Toolbar>
      <TextFilters filter={filter} onChange={onChange} />
    </>
  );
}
