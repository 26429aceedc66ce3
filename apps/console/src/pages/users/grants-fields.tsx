import { ActionIcon, Button, NativeSelect, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { roleChoices } from '../../api/accounts.ts';
import { hasGoodSites } from './grants-form.ts';
import type { TypedGrant } from './grants-form.ts';
import classes from './users.module.css';

/** Roles to choose, each with its sites. */
export function GrantsFields({ grants, onChange }: { readonly grants: readonly TypedGrant[]; readonly onChange: (grants: readonly TypedGrant[]) => void }) {
  const { t } = useTranslation();
  const change = (index: number, next: Partial<TypedGrant>) => {
    onChange(grants.map((grant, at) => (at === index ? { ...grant, ...next } : grant)));
  };
  return (
    <>
      {grants.map((grant, index) => (
        <div key={index} className={classes['grant']}>
          <NativeSelect
            label={t('users.role')}
            value={grant.role}
            data={roleChoices.map((role) => ({ value: role, label: t(`role.${role}`) }))}
            onChange={({ currentTarget: { value } }) => { change(index, { role: roleChoices.find((role) => role === value) ?? grant.role }); }}
          />
          <TextInput
            label={t('users.sites')}
            value={grant.sites}
            placeholder={t('account.everywhere')}
            autoCapitalize="none"
            spellCheck={false}
            error={!hasGoodSites(grant)}
            onChange={({ currentTarget: { value } }) => { change(index, { sites: value }); }}
          />
          <ActionIcon
            variant="subtle" color="gray" size="lg" aria-label={t('users.removeRole')} disabled={grants.length === 1}
            onClick={() => { onChange(grants.filter((_, at) => at !== index)); }}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </div>
      ))}
      {grants.every(hasGoodSites) ? <span className="k-muted">{t('users.sitesHint')}</span> : <span role="alert">{t('users.badSites')}</span>}
      <ul className={`k-muted ${classes['hints'] ?? ''}`}>
        {[...new Set(grants.map(({ role }) => role))].map((role) => (
          <li key={role}>{`${t(`role.${role}`)}: ${t(`roleHint.${role}`)}`}</li>
        ))}
      </ul>
      <div>
        <Button variant="default" size="xs" leftSection={<IconPlus size={14} />} onClick={() => { onChange([...grants, { role: 'viewer', sites: '' }]); }}>
          {t('users.addRole')}
        </Button>
      </div>
    </>
  );
}
