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
  readonly roles: WantedRoles;
}

/**
 * Which columns have the roles of label and domain. `needed`: those that settings name, else those of the usual names, which must be
 * there. `usual`: the same, if they are there. `said`: those that settings name, and no others.
 */
export type WantedRoles = 'needed' | 'usual' | 'said';

/**
 * The columns that settings name, or that have the usual names. A name in another case is found too, and said.
 * @throws LetheError DATA_INVALID for a column that is not there, or is asked for twice
 */
export function nameColumns(
  table: RawTable, { columns, rules }: ReadingConfig, { config, isDomainNamed, roles }: RolesToName,
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
    const isUsual = roles === 'needed' && (role === 'label' || (role === 'domain' && !isDomainNamed));
    const isNeeded = isUsual || role === 'group' || asked !== null;
    if (!isNeeded) return null;
    const way = asked === null || asked === usual ? ` (--${role}-column names another)` : '';
    throw invalidData(table.where, `a column ${wanted} in the first line${way}`, names.map((name) => name || '(no name)').join(', '));
  };
  const isIgnored = (name: string): boolean => columns.ignored.includes(name);
  const ofSettings = {
    label: config.labelColumn, domain: config.domainColumn ?? (isDomainNamed || roles === 'said' ? null : DEFAULT_DOMAIN),
  };
  const said = (role: 'label' | 'domain'): [asked: string | null, usual: string | null] => {
    const mustBe = roles === 'said' && !(role === 'domain' && isDomainNamed);
    return mustBe ? [columns[role] ?? ofSettings[role], null] : [columns[role], ofSettings[role]];
  };
  const found = {
    label: find('label', ...said('label')),
    domain: find('domain', ...said('domain')),
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
