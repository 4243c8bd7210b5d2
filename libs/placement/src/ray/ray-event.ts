/** What the Python module tells, a line of JSON each. */
export type RayEvent =
  /** It waits for room. */
  | { readonly event: 'waiting'; readonly line: string }
  | { readonly event: 'opened'; readonly address: string; readonly nodes: number }
  /** It cannot be opened. */
  | { readonly event: 'failed'; readonly why: string }
  | { readonly event: 'started'; readonly id: number; readonly host: string }
  /** Base64. */
  | { readonly event: 'printed'; readonly id: number; readonly bytes: string }
  | { readonly event: 'ended'; readonly id: number; readonly code: number | null; readonly how: string; readonly errors: string };

/** What it is told first. */
export interface RayOpening {
  readonly address: string;
  /** By Ray's names of them: what each process is given. */
  readonly bundle: Readonly<Record<'CPU' | 'GPU', number>>;
  /** Number of processes that run at the same time. */
  readonly processes: number;
  /** What is held on the node that it runs on; null: nothing. */
  readonly own: Readonly<Record<'CPU', number>> | null;
  /** How long it waits for room; null: for as long as there can ever be any. */
  readonly waitSeconds: number | null;
}

/** What it is told after that. */
export type RayWish =
  | {
    readonly do: 'start';
    readonly id: number;
    readonly name: string;
    readonly command: readonly string[];
    readonly folder: string;
    /** Null: a variable that the process is not to have. */
    readonly environment: Readonly<Record<string, string | null>>;
    readonly message: string | null;
    /** Whether what it prints is wanted, or only the last of its errors. */
    readonly isPrinted: boolean;
  }
  | { readonly do: 'signal'; readonly id: number; readonly signal: 'SIGTERM' }
  | { readonly do: 'kill'; readonly id: number };
