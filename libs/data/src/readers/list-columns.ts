import type { ReadingConfig } from '@lethe/config';
import { invalidData } from '../invalid-data.js';
import type { ReadingNote } from '../model/examples.js';

/** The columns of a list of images that have a meaning, by their names in its header; null: there is none. */
export interface ListColumns {
  readonly file: string | null;
  readonly label: string | null;
  readonly domain: string | null;
  readonly split: string | null;
  readonly group: string | null;
}

type Role = 'file' | 'label' | 'domain' | 'split';

/** Names by which columns are known, in any case and with any mark between their words; an earlier one wins. */
const KNOWN: Readonly<Record<Role, readonly string[]>> = {
  file: [
    'file', 'filename', 'filepath', 'path', 'image', 'imagefile', 'imagename', 'imagepath', 'img', 'imgname', 'imgpath', 'imageid', 'id',
  ],
  label: ['label', 'labels', 'class', 'classname', 'category'],
  domain: ['domain'],
  split: ['split'],
};
const ROLES = Object.keys(KNOWN) as Role[];

/** The columns that the settings name, else those of the usual names. By the earlier rules these are `file`, `label`, `domain`, `split`. */
export function listColumns(header: readonly string[], { rules, columns }: ReadingConfig): ListColumns {
  const found = (role: Role): string | null => {
    const said = columns[role];
    if (said !== null) return header.includes(said) ? said : null;
    if (rules === 1) return header.includes(role) ? role : null;
    const free = header.filter((name) => !columns.ignored.includes(name) && !isSaid(name, columns));
    return KNOWN[role].map((known) => free.find((name) => plain(name) === known)).find((name) => name !== undefined) ?? null;
  };
  return { file: found('file'), label: found('label'), domain: found('domain'), split: found('split'), group: columns.group };
}

/** What a list has, and what it is to have. */
export interface ExpectedColumns {
  readonly header: readonly string[];
  readonly reading: ReadingConfig;
  /** Whether there must be labels. */
  readonly needsLabel: boolean;
}

/** @throws LetheError DATA_INVALID naming a column that must be there, and the flag that names it */
export function expectColumns(
  where: string, columns: ListColumns, { header, reading, needsLabel }: ExpectedColumns,
): ListColumns & { readonly file: string } {
  const found = header.length === 0 ? 'an empty file' : header.map((name) => name || '(no name)').join(', ');
  const unknown = ROLES.find((role) => reading.columns[role] !== null && columns[role] === null);
  if (unknown !== undefined) throw invalidData(where, `a column ${reading.columns[unknown] ?? ''} (--${unknown}-column)`, found);
  const { file, label, group } = columns;
  if (label === null && group !== null && KNOWN.label.includes(plain(group)))
    throw invalidData(where, 'another column for the group than for the label', group);
  if (file !== null && (label !== null || !needsLabel)) return { ...columns, file };
  const lacking = file === null ? 'with the names of the image files (file, filename, path, image or id, or --file-column NAME)'
    : 'of labels (label, class or category, or --label-column NAME)';
  throw invalidData(where, `a column ${lacking}`, found);
}

/** Which columns are read as what, where their names are not the words for it. */
export function columnNotes(where: string, columns: ListColumns): ReadingNote[] {
  const others = ROLES.filter((role) => columns[role] !== null && columns[role] !== role);
  if (others.length === 0) return [];
  const shown = others.map((role) => `${columns[role] ?? ''} as the ${role}`);
  return [{ kind: 'notice', text: `${where}: the column ${shown.join(', ')}` }];
}

function isSaid(name: string, { file, label, domain, split, group }: ReadingConfig['columns']): boolean {
  return [file, label, domain, split, group].includes(name);
}

/** "File Name", "file_name" and "fileName" are one. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_.-]/g, '');
}
