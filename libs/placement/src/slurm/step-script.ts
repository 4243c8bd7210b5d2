/** First word of the line that a step writes before its program starts. */
const STARTED = 'lethe-step';

/**
 * What a job step runs before its program, in bash. Its arguments are the file with the message (empty: there is none) and the command.
 * It says on standard error where it runs. The program then takes the place of the shell: signals and the exit code are its own. It
 * reads the message, which is removed, and then what the step reads, until srun's own input ends.
 */
export const STEP_SCRIPT = `message=$1; shift
type -P -- "$1" >/dev/null || { echo "$1 cannot be run on $SLURMD_NODENAME" >&2; exit 127; }
[ -z "$message" ] || [ -r "$message" ] || { echo "$message cannot be read on $SLURMD_NODENAME" >&2; exit 1; }
echo "${STARTED} $SLURM_JOB_ID.$SLURM_STEP_ID $SLURMD_NODENAME" >&2
exec 3<&0
exec "$@" < <(
  exec 2>/dev/null
  [ -z "$message" ] || { exec 4<"$message"; rm -f -- "$message"; cat <&4; exec 4<&-; }
  exec cat <&3
) 3<&-`;

/** Where a step runs. */
export interface StartedStep {
  /** Such as `12.3`, for Slurm's commands. */
  readonly id: string;
  /** As Slurm calls the node. */
  readonly host: string;
}

/** Reads a line of a step's standard error. @returns null for any other line than the one that tells where it runs */
export function startedStep(line: string): StartedStep | null {
  const [word, id, host, ...more] = line.split(' ');
  return word === STARTED && id !== undefined && host !== undefined && more.length === 0 ? { id, host } : null;
}
