import { Title } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { EndpointDetail } from '../../api/types.ts';
import { DataTable } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/feedback.tsx';
import { Card, Facts } from '../../components/page.tsx';
import { Badge } from '../../components/state-badge.tsx';
import { AbsoluteTime } from '../../components/time-text.tsx';
import { useFormat } from '../../format/use-format.ts';
import classes from './inventory.module.css';

type Facets = EndpointDetail['inventory'];

function Hardware({ value }: { readonly value: NonNullable<Facets['hardware']> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { cpu } = value;
  return (
    <Card>
      <Title order={2}>{t('inventory.hardware')}</Title>
      <Facts
        facts={[
          { term: t('inventory.cpu'), value: cpu.model },
          { term: t('inventory.cores'), value: t('inventory.coresValue', { physical: cpu.physicalCores, logical: cpu.logicalCores, sockets: cpu.sockets }) },
          { term: t('inventory.memory'), value: format.bytes(value.memoryBytes) },
          { term: t('inventory.machine'), value: t(value.virtual ? 'inventory.virtual' : 'inventory.physical') },
          { term: t('inventory.manufacturer'), value: value.manufacturer || t('time.unknown') },
          { term: t('inventory.model'), value: value.model || t('time.unknown') },
          { term: t('inventory.serial'), value: value.serialNumber || t('time.unknown') },
        ]}
      />
    </Card>
  );
}

function System({ value }: { readonly value: NonNullable<Facets['os']> }) {
  const { t } = useTranslation();
  return (
    <Card>
      <Title order={2}>{t('inventory.system')}</Title>
      <Facts
        facts={[
          { term: t('endpoints.os'), value: value.name },
          { term: t('inventory.version'), value: value.version },
          { term: t('inventory.kernel'), value: value.kernel },
          { term: t('inventory.architecture'), value: value.architecture },
          { term: t('inventory.hostname'), value: value.hostname },
          { term: t('inventory.timezone'), value: value.timezone },
          { term: t('inventory.bootedAt'), value: Number.isNaN(Date.parse(value.bootedAt)) ? value.bootedAt : <AbsoluteTime time={value.bootedAt} /> },
        ]}
      />
    </Card>
  );
}

function Network({ value }: { readonly value: NonNullable<Facets['network']> }) {
  const { t } = useTranslation();
  return (
    <div className={classes['wide']}>
      <Title order={2}>{t('inventory.network')}</Title>
      <DataTable
        label={t('inventory.network')}
        rows={value.interfaces}
        rowKey={({ name }) => name}
        columns={[
          { key: 'name', header: t('inventory.interface'), primary: true, cell: ({ name }) => <strong>{name}</strong> },
          { key: 'link', header: t('inventory.link'), cell: ({ up }) => <Badge tone={up ? 'ok' : 'mute'} icon={up ? IconArrowUp : IconArrowDown}>{t(up ? 'inventory.up' : 'inventory.down')}</Badge> },
          { key: 'addresses', header: t('inventory.addresses'), cell: ({ ipv4, ipv6 }) => <span className="k-mono">{[...ipv4, ...ipv6].join(', ')}</span> },
          { key: 'mac', header: t('inventory.mac'), cell: ({ mac }) => <span className="k-mono">{mac}</span> },
          { key: 'speed', header: t('inventory.linkSpeed'), align: 'end', cell: ({ speedMbps }) => (speedMbps === null ? '' : t('inventory.speed', { value: speedMbps })) },
        ]}
        empty={<EmptyState title={t('inventory.missing')} />}
      />
    </div>
  );
}

function Disks({ value }: { readonly value: NonNullable<Facets['disks']> }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      <div className={classes['wide']}>
        <Title order={2}>{t('inventory.disks')}</Title>
        <DataTable
          label={t('inventory.disks')}
          rows={value.disks}
          rowKey={({ name }) => name}
          columns={[
            { key: 'name', header: t('inventory.device'), primary: true, cell: ({ name }) => <span className="k-mono">{name}</span> },
            { key: 'kind', header: t('inventory.kind'), cell: ({ kind }) => t(`inventory.diskKind.${kind}`) },
            { key: 'model', header: t('inventory.model'), cell: ({ model }) => model },
            { key: 'size', header: t('inventory.size'), align: 'end', cell: ({ sizeBytes }) => format.bytes(sizeBytes) },
          ]}
          empty={<EmptyState title={t('inventory.missing')} />}
        />
      </div>
      {value.filesystems.length > 0 && (
        <div className={classes['wide']}>
          <Title order={2}>{t('inventory.filesystems')}</Title>
          <DataTable
            label={t('inventory.filesystems')}
            rows={value.filesystems}
            rowKey={({ device, mount }) => `${device} ${mount}`}
            columns={[
              { key: 'mount', header: t('inventory.mount'), primary: true, cell: ({ mount }) => <span className="k-mono">{mount}</span> },
              { key: 'device', header: t('inventory.device'), cell: ({ device }) => <span className="k-mono">{device}</span> },
              { key: 'type', header: t('inventory.type'), cell: ({ type }) => type },
              { key: 'size', header: t('inventory.size'), align: 'end', cell: ({ sizeBytes }) => format.bytes(sizeBytes) },
            ]}
            empty={null}
          />
        </div>
      )}
    </>
  );
}

/** What the agent reported of its machine; parts it has not reported are left out. */
export function Inventory({ inventory }: { readonly inventory: Facets }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { hardware, os, disks, network, changedAt } = inventory;
  if (changedAt === null || (!hardware && !os && !disks && !network)) {
    return <Card><EmptyState title={t('inventory.missing')} detail={t('inventory.missingDetail')} /></Card>;
  }
  return (
    <>
      <div className={classes['grid']}>
        {hardware && <Hardware value={hardware} />}
        {os && <System value={os} />}
      </div>
      {network && <Network value={network} />}
      {disks && <Disks value={disks} />}
      <p className="k-muted">{t('inventory.changedAt', { time: format.dateTime(changedAt) })}</p>
    </>
  );
}
