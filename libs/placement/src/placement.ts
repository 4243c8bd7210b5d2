/** What a process is given where it runs. */
export interface Resources {
  /** Null: as many as are there. */
  readonly cores: number | null;
  /** GPUs that the scheduler gives it; it finds them in its environment (`CUDA_VISIBLE_DEVICES`). */
  readonly gpus: number;
}

/** A process to start somewhere. */
export interface ProcessToPlace {
  /** What it is called, such as `worker-2`: one that is placed again under the same name takes the place of the one before. */
  readonly name: string;
  /** Executable and arguments, valid wherever the placement starts processes. Other users may see them. */
  readonly command: readonly string[];
  /** Absolute path of its working folder. */
  readonly folder: string;
  /** Variables that it has beside those that are there where it runs. Undefined: one that it is not to have. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /**
   * First line of its standard input, without the line's end; nobody else sees it. Null: there is none. Its standard input ends when
   * whoever placed it is gone, however that died: it then ends itself.
   */
  readonly message: string | null;
  readonly resources: Resources;
  /** Absolute path of a file of this machine that takes what it prints. Null: only the last of what it writes to standard error is kept. */
  readonly printedFile: string | null;
  /** It runs, on this host. Called once, before its end; never for one that did not start. */
  readonly onStarted: (host: string) => void;
}

/** How a process ended. */
export interface ProcessEnd {
  /** Null: a signal ended it, or that is not known. */
  readonly code: number | null;
  /** In words: "exit code 1", "killed by SIGKILL", "its node is gone". */
  readonly how: string;
  /** The last that it wrote to standard error, if that was not written into a file. */
  readonly errors: string;
}

/** A process that has been placed. */
export interface PlacedProcess {
  /** Never rejected: one that could not be started has ended. */
  readonly ended: Promise<ProcessEnd>;
  /** Sends it SIGTERM: a run then saves a checkpoint and ends. */
  interrupt(): void;
  /** Ends it at once. */
  kill(): void;
}

/**
 * Where processes run. An implementation hands them to somebody who has machines: an operating system, a scheduler. It starts each where
 * its resources are free, or has it wait for them, and tells when it starts and ends. Whoever places a process decides whether another
 * takes its place.
 */
export interface Placement {
  /** For messages: "this machine", "Slurm's job 12". */
  readonly name: string;
  /** Whether all of it is this machine, so that nothing of a process has to reach another. */
  readonly isHere: boolean;
  /** Starts a process. @throws whatever keeps it from being started at once, such as a folder that takes no file */
  place(process: ProcessToPlace): PlacedProcess;
  /** Ends what still runs, at once, and gives back what the placement holds. */
  close(): Promise<void>;
}
