import type { ProcessEnd } from '../placement.js';

/** What is known of a step when its `srun` has ended. */
export interface EndedStep {
  /** Of `srun`. */
  readonly code: number | null;
  readonly signal: string | null;
  /** Null: its program did not start. */
  readonly host: string | null;
  /** Lines of standard error that Slurm wrote itself. */
  readonly slurmsLines: readonly string[];
}

/** Slurm's words for the exit code of a program. */
const EXITED = /task 0: Exited with exit code (\d+)/;
/** Slurm's words for a signal, such as "Killed" and "Segmentation fault". */
const SIGNALLED = /task 0: (?!Exited)(.+)$/;
const NODE_GONE = /[Nn]ode failure/;

/** How the program of a step ended, by what `srun` said. */
export function stepEnd({ code, signal, host, slurmsLines }: EndedStep): Omit<ProcessEnd, 'errors'> {
  const last = slurmsLines.at(-1) ?? '';
  const exited = firstMatch(slurmsLines, EXITED);
  const killed = firstMatch(slurmsLines, SIGNALLED);
  const why = last || endOfSrun(code, signal);
  if (slurmsLines.some((line) => NODE_GONE.test(line))) return { code: null, how: host === null ? last : `its node ${host} is gone` };
  if (host === null) return { code: exited === null ? code : Number(exited), how: `Slurm did not start it: ${why}` };
  if (exited !== null) return { code: Number(exited), how: `exit code ${exited} on ${host}` };
  if (killed !== null) return { code: null, how: `ended by a signal on ${host} (${killed})` };
  if (code === 0) return { code, how: `exit code 0 on ${host}` };
  return { code: null, how: `Slurm lost it on ${host}: ${why}` };
}

function endOfSrun(code: number | null, signal: string | null): string {
  return signal === null ? `srun ended with exit code ${code ?? 'unknown'}` : `srun was killed by ${signal}`;
}

function firstMatch(lines: readonly string[], pattern: RegExp): string | null {
  for (const line of lines) {
    const found = pattern.exec(line)?.[1];
    if (found !== undefined) return found;
  }
  return null;
}
