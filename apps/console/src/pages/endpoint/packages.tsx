import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { packagesQuery } from '../../api/endpoints.ts';
import { DataTable } from '../../components/data-table.tsx';
import { EmptyState, FailureNotice } from '../../components/feedback.tsx';
import { Toolbar } from '../../components/page.tsx';
import { Pager } from '../../components/pager.tsx';
import { useLocalPages } from '../../components/pages.ts';
import { SearchInput } from '../../components/search-input.tsx';

/** Installed software, searched on the server. */
export function Packages({ endpointId, count }: { readonly endpointId: string; readonly count: number }) {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const pages = useLocalPages(search);
  const { data, error, refetch, isPlaceholderData } = useQuery(
    packagesQuery(endpointId, { search: search === '' ? undefined : search, cursor: pages.cursor }),
  );
  return (
    <>
      <Toolbar>
        <SearchInput label={t('inventory.packageSearch')} value={search} onChange={setSearch} />
        <span className="k-muted k-numeric">{t('inventory.packageCount', { count })}</span>
      </Toolbar>
      {error && <FailureNotice error={error} onRetry={() => void refetch()} />}
      {(data !== undefined || !error) && (
        <DataTable
          label={t('inventory.packages')}
          rows={data?.items}
          rowKey={({ name, architecture, source }) => `${source} ${name} ${architecture}`}
          stale={isPlaceholderData}
          columns={[
            { key: 'name', header: t('inventory.packageName'), primary: true, cell: ({ name }) => <strong>{name}</strong> },
            { key: 'version', header: t('inventory.packageVersion'), cell: ({ version }) => <span className="k-mono">{version}</span> },
            { key: 'architecture', header: t('inventory.packageArchitecture'), cell: ({ architecture }) => architecture },
            { key: 'source', header: t('inventory.packageSource'), cell: ({ source }) => source },
          ]}
          empty={<EmptyState title={search === '' ? t('inventory.noPackages') : t('inventory.noPackageMatch', { search })} />}
        />
      )}
      <Pager pages={pages} shown={data?.items.length ?? 0} nextCursor={data?.nextCursor} />
    </>
  );
}
