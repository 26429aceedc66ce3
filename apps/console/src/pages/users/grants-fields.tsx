import { ActionIcon, Button, MultiSelect, NativeSelect } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { roleChoices } from '../../api/accounts.ts';
import { faultAt } from '../../api/problem.ts';
import { useSiteNames } from '../../api/sites.ts';
import type { ChosenGrant } from './grants-form.ts';
import classes from './users.module.css';

interface GrantsProps {
  readonly grants: readonly ChosenGrant[];
  /** Why the server took none of it. */
  readonly error: unknown;
  readonly onChange: (grants: readonly ChosenGrant[]) => void;
}

/** Roles to choose, each with its sites. */
export function GrantsFields({ grants, error, onChange }: GrantsProps) {
  const { t } = useTranslation();
  const known = useSiteNames('account:manage');
  const change = (index: number, next: Partial<ChosenGrant>) => {
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
          <MultiSelect
            label={t('users.sites')}
            value={[...grant.sites]}
            data={[...new Set([...known, ...grant.sites])]}
            placeholder={grant.sites.length === 0 ? t('account.everywhere') : ''}
            nothingFoundMessage={t('sites.noMatch')}
            searchable
            hidePickedOptions
            error={faultAt(error, `grants.${index}.sites`)}
            onChange={(sites) => { change(index, { sites }); }}
          />
          <ActionIcon
            variant="subtle" color="gray" size="lg" aria-label={t('users.removeRole')} disabled={grants.length === 1}
            onClick={() => { onChange(grants.filter((_, at) => at !== index)); }}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </div>
      ))}
      <span className="k-muted">{t('users.sitesHint')}</span>
      <ul className={`k-muted ${classes['hints'] ?? ''}`}>
        {[...new Set(grants.map(({ role }) => role))].map((role) => (
          <li key={role}>{`${t(`role.${role}`)}: ${t(`roleHint.${role}`)}`}</li>
        ))}
      </ul>
      <div>
        <Button variant="default" size="xs" leftSection={<IconPlus size={14} />} onClick={() => { onChange([...grants, { role: 'viewer', sites: [] }]); }}>
          {t('users.addRole')}
        </Button>
      </div>
    </>
  );
}
