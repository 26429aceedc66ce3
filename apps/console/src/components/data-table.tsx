import { Checkbox, Skeleton } from '@mantine/core';
import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './data-table.module.css';

export interface Column<Row> {
  readonly key: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  /** The server's name of this order; its reverse is the same with a minus before it. */
  readonly sort?: string;
  readonly align?: 'end';
  /** The heading of the row's card on a narrow screen. */
  readonly primary?: boolean;
}

export interface Selection<Row> {
  readonly has: (row: Row) => boolean;
  readonly toggle: (rows: readonly Row[], on: boolean) => void;
  readonly nameOf: (row: Row) => string;
}

interface DataTableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  /** Undefined while the first answer is awaited. */
  readonly rows: readonly Row[] | undefined;
  readonly rowKey: (row: Row) => string;
  /** True while the rows of another page or filter are shown until the new ones are there. */
  readonly stale?: boolean;
  readonly sort?: { readonly by: string; readonly onChange: (by: string) => void };
  readonly selection?: Selection<Row> | undefined;
  readonly isCurrent?: (row: Row) => boolean;
  readonly empty: ReactNode;
}

const skeletonRows = [0, 1, 2, 3, 4, 5];

function SortButton({ header, name, sort }: { readonly header: string; readonly name: string; readonly sort: { readonly by: string; readonly onChange: (by: string) => void } }) {
  const { t } = useTranslation();
  const Icon = sort.by === name ? IconArrowUp : sort.by === `-${name}` ? IconArrowDown : IconArrowsSort;
  const isSorted = sort.by === name || sort.by === `-${name}`;
  return (
    <button
      type="button"
      className={`${classes['sort'] ?? ''} ${isSorted ? (classes['sorted'] ?? '') : ''}`}
      title={t('table.sortBy', { column: header })}
      onClick={() => {
        sort.onChange(sort.by === name ? `-${name}` : name);
      }}
    >
      {header}
      <Icon size={13} aria-hidden="true" />
    </button>
  );
}

function sortDirection(by: string | undefined, name: string | undefined): 'ascending' | 'descending' | undefined {
  if (name === undefined || by === undefined) return undefined;
  return by === name ? 'ascending' : by === `-${name}` ? 'descending' : undefined;
}

function HeadRow<Row>({ columns, rows, sort, selection }: Pick<DataTableProps<Row>, 'columns' | 'rows' | 'sort' | 'selection'>) {
  const { t } = useTranslation();
  const chosen = selection && rows ? rows.filter((row) => selection.has(row)).length : 0;
  return (
    <tr>
      {selection && (
        <th scope="col" className={classes['check']}>
          <Checkbox
            size="xs"
            aria-label={t('action.selectPage')}
            checked={chosen > 0 && chosen === rows?.length}
            indeterminate={chosen > 0 && chosen !== rows?.length}
            onChange={(event) => {
              selection.toggle(rows ?? [], event.currentTarget.checked);
            }}
          />
        </th>
      )}
      {columns.map(({ key, header, align, sort: name }) => (
        <th key={key} scope="col" className={align && classes[align]} aria-sort={sortDirection(sort?.by, name)}>
          {sort && name !== undefined ? <SortButton header={header} name={name} sort={sort} /> : header}
        </th>
      ))}
    </tr>
  );
}

/** A list as a table; on a narrow screen each row becomes a card. */
export function DataTable<Row>({ label, columns, rows, rowKey, stale = false, sort, selection, isCurrent, empty }: DataTableProps<Row>) {
  const { t } = useTranslation();
  if (rows?.length === 0 && !stale) return <div className={classes['frame']}>{empty}</div>;
  return (
    <div className={classes['frame']}>
      <div className={classes['scroll']} role="region" aria-label={label} tabIndex={0}>
        <table aria-label={label} aria-busy={stale || rows === undefined} className={`${classes['table'] ?? ''} ${stale ? (classes['busy'] ?? '') : ''}`}>
          <thead>
            <HeadRow columns={columns} rows={rows} {...(sort && { sort })} selection={selection} />
          </thead>
          <tbody>
            {rows?.map((row) => (
              <tr
                key={rowKey(row)}
               
                aria-current={isCurrent?.(row) === true ? 'true' : undefined}
                aria-selected={selection?.has(row) === true ? 'true' : undefined}
              >
                {selection && (
                  <td className={classes['check']}>
                    <Checkbox
                      size="xs"
                      aria-label={t('action.select', { name: selection.nameOf(row) })}
                      checked={selection.has(row)}
                      onChange={(event) => {
                        selection.toggle([row], event.currentTarget.checked);
                      }}
                    />
                  </td>
                )}
                {columns.map(({ key, header, cell, align, primary }) => (
                  <td key={key} data-label={header} className={primary === true ? classes['primary'] : align && classes[align]}>
                    {cell(row)}
                  </td>
                ))}
              </tr>
            ))}
            {rows === undefined &&
              skeletonRows.map((row) => (
                <tr key={row}>
                  {selection && <td className={classes['check']} />}
                  {columns.map(({ key, header }) => (
                    <td key={key} data-label={header}>
                      <Skeleton height={12} my={5} width={`${45 + ((row * 17 + key.length * 11) % 40)}%`} />
                    </td>
                  ))}
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
