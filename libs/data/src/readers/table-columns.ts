import type { ReadingConfig, TableConfig } from '@lethe/config';
import { invalidData } from '../invalid-data.js';
import type { RawTable } from '../model/column.js';
import type { ReadingNote } from '../model/examples.js';

/** Columns of a table that are no inputs, by their names in the header; null: there is none. */
export interface NamedColumns {
  readonly label: string | null;
  readonly domain: string | null;
  readonly split: string | null;
  readonly group: string | null;
  readonly notes: readonly ReadingNote[];
}

type Role = 'label' | 'domain' | 'split' | 'group';

const DEFAULT_DOMAIN = 'domain';
const DEFAULT_SPLIT = 'split';

/** What is known of the roles beside the settings. */
export interface RolesToName {
  readonly config: TableConfig;
  /** Whether the domain of all rows is known without a column. */
  readonly isDomainNamed: boolean;
  /** Whether label and domain need not be there, unless they are asked for. */
  readonly mayLackRoles: boolean;
}

/**
 * The columns that settings name, or that have the usual names. A name in another case is found too, and said.
 * @throws LetheError DATA_INVALID for a column that is not there, or is asked for twice
 */
export function nameColumns(
  table: RawTable, { columns, rules }: ReadingConfig, { config, isDomainNamed, mayLackRoles }: RolesToName,
): NamedColumns {
  const notes: ReadingNote[] = [];
  const find = (role: Role, asked: string | null, usual: string | null): string | null => {
    const wanted = asked ?? usual;
    if (wanted === null) return null;
    const names = table.columns.map(({ name }) => name);
    if (names.includes(wanted)) return wanted;
    const alike = rules === 1 ? [] : names.filter((name) => name.toLowerCase() === wanted.toLowerCase());
    const [only] = alike;
    if (only !== undefined && alike.length === 1) {
      notes.push({ kind: 'notice', text: `${table.where}: the column ${only} is taken for the ${role}` });
      return only;
    }
    const isUsual = !mayLackRoles && (role === 'label' || (role === 'domain' && !isDomainNamed));
    const isNeeded = isUsual || role === 'group' || asked !== null;
    if (!isNeeded) return null;
    const way = asked === null || asked === usual ? ` (--${role}-column names another)` : '';
    throw invalidData(table.where, `a column ${wanted} in the first line${way}`, names.map((name) => name || '(no name)').join(', '));
  };
  const isIgnored = (name: string): boolean => columns.ignored.includes(name);
  const found = {
    label: find('label', columns.label, config.labelColumn),
    domain: find('domain', columns.domain, config.domainColumn ?? (isDomainNamed ? null : DEFAULT_DOMAIN)),
    split: find('split', columns.split, isIgnored(DEFAULT_SPLIT) ? null : DEFAULT_SPLIT),
    group: find('group', columns.group, null),
  };
  refuseTwice(table, found);
  return { ...found, notes };
}

function refuseTwice({ where }: RawTable, columns: Readonly<Record<Role, string | null>>): void {
  for (const role of ['domain', 'split', 'group'] as const) {
    const name = columns[role];
    const other = (['label', 'domain', 'split'] as const).find((one) => one !== role && columns[one] === name);
    // The domain may be the group: then whole domains are tested.
    const isAllowed = name === null || other === undefined || (role === 'group' && other === 'domain');
    if (!isAllowed) throw invalidData(where, `another column for the ${role} than for the ${other}`, name);
  }
}
