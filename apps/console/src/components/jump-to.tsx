import { useDebouncedValue } from '@mantine/hooks';
import { Spotlight } from '@mantine/spotlight';
import { IconDeviceDesktop, IconFileCode, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { endpointsQuery } from '../api/endpoints.ts';
import { jobsQuery } from '../api/jobs.ts';
import { paths } from '../paths.ts';
import { usePlaces } from './navigation.tsx';

/** Ctrl+K: pages by their names, endpoints and jobs by what the server finds. */
export function JumpTo() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [query, setQuery] = useState('');
  const [search] = useDebouncedValue(query.trim(), 200);
  const enabled = search !== '';
  const endpoints = useQuery({ ...endpointsQuery({ search, limit: 8 }), enabled });
  const jobs = useQuery({ ...jobsQuery({ search, limit: 5 }), enabled });
  const wanted = query.trim().toLowerCase();
  const pages = usePlaces().map((place) => ({ ...place, name: t(`nav.${place.key}`) })).filter(({ name }) => name.toLowerCase().includes(wanted));
  const foundEndpoints = enabled ? (endpoints.data?.items ?? []) : [];
  const foundJobs = enabled ? (jobs.data?.items ?? []) : [];
  return (
    <Spotlight.Root query={query} onQueryChange={setQuery} shortcut={['mod + K']} lockScroll={false} scrollable maxHeight={420} transitionProps={{ duration: 0 }}>
      <Spotlight.Search placeholder={t('spotlight.placeholder')} aria-label={t('app.search')} leftSection={<IconSearch size={16} aria-hidden="true" />} />
      <Spotlight.ActionsList>
        {pages.length > 0 && (
          <Spotlight.ActionsGroup label={t('spotlight.pages')}>
            {pages.map(({ key, to, name, icon: Icon }) => (
              <Spotlight.Action key={key} label={name} leftSection={<Icon size={17} stroke={1.7} />} onClick={() => void navigate({ to })} />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {foundEndpoints.length > 0 && (
          <Spotlight.ActionsGroup label={t('spotlight.endpoints')}>
            {foundEndpoints.map(({ id, name, status }) => (
              <Spotlight.Action
                key={id}
                label={name}
                description={`${t(`endpointStatus.${status}`)} · ${id}`}
                leftSection={<IconDeviceDesktop size={17} stroke={1.7} />}
                onClick={() => void navigate({ to: paths.endpoint, params: { endpointId: id } })}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {foundJobs.length > 0 && (
          <Spotlight.ActionsGroup label={t('spotlight.jobs')}>
            {foundJobs.map(({ id, description }) => (
              <Spotlight.Action
                key={id}
                label={id}
                description={description}
                leftSection={<IconFileCode size={17} stroke={1.7} />}
                onClick={() => void navigate({ to: paths.job, params: { jobId: id } })}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {pages.length + foundEndpoints.length + foundJobs.length === 0 && <Spotlight.Empty>{t('spotlight.nothing')}</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
