import { Button, Group, Modal, Select } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { assignEndpointSite } from '@kanade/api-client';
import { failureOf } from '../api/problem.ts';
import { useSiteNames } from '../api/sites.ts';
import type { EndpointView } from '../api/types.ts';
import { Notice } from './feedback.tsx';

export type Movable = Pick<EndpointView, 'id' | 'name' | 'alias' | 'site'>;

interface Moved {
  readonly site: string;
  readonly moved: readonly Movable[];
  readonly failed: readonly { readonly endpoint: Movable; readonly error: unknown }[];
}

/** So many requests at a time: a whole fleet must not be sent at once. */
const atATime = 8;

async function moveAll(endpoints: readonly Movable[], site: string): Promise<Moved> {
  const moved: Movable[] = [];
  const failed: { endpoint: Movable; error: unknown }[] = [];
  const waiting = [...endpoints];
  const worker = async () => {
    for (let endpoint = waiting.shift(); endpoint !== undefined; endpoint = waiting.shift()) {
      try {
        await assignEndpointSite(endpoint.id, { site });
        moved.push(endpoint);
      } catch (error) {
        failed.push({ endpoint, error });
      }
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  return { site, moved, failed };
}

interface MoveToSiteProps {
  readonly endpoints: readonly Movable[];
  readonly onClose: () => void;
  /** Called with those that were moved. */
  readonly onMoved?: (endpoints: readonly Movable[]) => void;
}

/** Asks for a site, puts endpoints into it one by one, and says which could not be. */
export function MoveToSite({ endpoints, onClose, onMoved }: MoveToSiteProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  // What is left to move: those that failed stay in the dialog, to be tried again.
  const [left, setLeft] = useState(endpoints);
  const known = useSiteNames('endpoint:manage').filter((name) => left.some(({ site }) => site !== name));
  const [site, setSite] = useState<string | null>(null);
  const move = useMutation({
    mutationFn: (to: string) => moveAll(left, to),
    onSuccess: async (result) => {
      onMoved?.(result.moved);
      if (result.moved.length > 0) notifications.show({ message: t('sites.moved', { count: result.moved.length, site: result.site }) });
      if (result.failed.length === 0) onClose();
      else setLeft(result.failed.map(({ endpoint }) => endpoint));
      await Promise.all([queries.invalidateQueries({ queryKey: ['endpoints'] }), queries.invalidateQueries({ queryKey: ['sites'] }), queries.invalidateQueries({ queryKey: ['overview'] })]);
    },
  });
  const nameOf = ({ alias, name }: Movable) => alias ?? name;
  const [first] = left;
  const title = left.length === 1 && first ? t('sites.moveOne', { name: nameOf(first) }) : t('sites.moveMany', { count: left.length });
  const failed = move.data?.failed ?? [];
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('app.close') }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (site !== null) move.mutate(site);
        }}
      >
        {failed.length > 0 && <Notice title={t('sites.notMoved', { count: failed.length })} />}
        {failed.length > 0 && (
          <ul>
            {failed.map(({ endpoint, error }) => (
              <li key={endpoint.id}>{`${nameOf(endpoint)}: ${t(`problem.${failureOf(error).code}`)} ${failureOf(error).detail ?? ''}`}</li>
            ))}
          </ul>
        )}
        <p>{t('sites.moveDetail')}</p>
        <Select
          label={t('endpoints.site')} placeholder={t('sites.choose')} data={known} value={site} onChange={setSite} searchable allowDeselect={false} nothingFoundMessage={t('sites.noMatch')}
          data-autofocus
        />
        <Group justify="flex-end" gap="xs" mt="md">
          <Button variant="default" onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" loading={move.isPending} disabled={site === null}>{t('sites.move')}</Button>
        </Group>
      </form>
    </Modal>
  );
}
