/** How the data of trials that go on are read now, which has no part in what they compute. Null: as when they were begun. */
export interface DataReading {
  /** Absolute path of the folder where they lie. */
  readonly folder: string | null;
  /** Most that packed files may be unpacked to. */
  readonly unpackedGiB: number | null;
}

export const AS_BEFORE: DataReading = { folder: null, unpackedGiB: null };
