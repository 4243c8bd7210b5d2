import type { Placement, Resources } from './placement.js';

/** What a placement is opened for. */
export interface PlacementOpening {
  /** Number of processes that run at the same time. */
  readonly processes: number;
  /** What each of them is given. */
  readonly resources: Resources;
  /** The environment of whoever opens it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute path of a folder of this user alone, for files that only the placement reads; made when it is needed, removed by `close`. */
  readonly privateFolder: string;
  /** Absolute paths of folders of this machine that every process must find where it runs, with the same files. */
  readonly sharedFolders: readonly string[];
  /** Gives the opening up, which may wait for machines. */
  readonly signal: AbortSignal;
  /** Hears each line that somebody should know. */
  readonly onNotice: (line: string) => void;
}

/** Somebody who has machines. */
export interface Scheduler {
  /** As it is named in messages: "Slurm", "the hosts a and b". */
  readonly name: string;
  /** Number of processes that it has places for; null: as many as are asked for. */
  readonly places: number | null;
  /** @throws LetheError PLACEMENT_FAILED if it cannot be asked, or says no, in its own words; INTERRUPTED */
  open(opening: PlacementOpening): Promise<Placement>;
}
