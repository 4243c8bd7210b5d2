import type { ProcessToPlace } from '../placement.js';
import { STEP_SCRIPT } from './step-script.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a job says of all its tasks, and of its GPUs, would be taken for what one step wants. */
const OF_THE_JOB = new RegExp(`^(${[
  'SLURM_(NTASKS|NPROCS|NNODES|JOB_NUM_NODES|GPUS|TRES_PER_TASK|DISTRIBUTION)', 'SLURM_(NTASKS|CPUS|GPUS|MEM)_PER_\\w+',
  'CUDA_VISIBLE_DEVICES', 'ROCR_VISIBLE_DEVICES', 'GPU_DEVICE_ORDINAL', 'ZE_AFFINITY_MASK',
].join('|')})$`);

/**
 * Arguments of `srun` for a step of one program.
 * @param job environment of the job, whose tasks say how many cores a step has that wants no number of them
 * @param messageFile null: it gets no message
 */
export function stepArguments(
  { name, command, folder, resources: { cores, gpus } }: ProcessToPlace, job: Environment, messageFile: string | null,
): string[] {
  const wanted = cores ?? job['SLURM_CPUS_PER_TASK'];
  return [
    '--nodes=1', '--ntasks=1',
    // Steps lie beside each other on what the job holds, each with its own part of it; memory alone is theirs together.
    '--exact', '--mem=0',
    ...(wanted === undefined ? [] : [`--cpus-per-task=${wanted}`]),
    ...(gpus === 0 ? ['--gres=none'] : [`--gpus-per-task=${gpus}`]),
    `--job-name=${name}`, `--chdir=${folder}`, '--export=ALL', '--mpi=none',
    'bash', '-c', STEP_SCRIPT, 'lethe-step', messageFile ?? '', ...command,
  ];
}

/** The environment of `srun`, which the step inherits. */
export function stepEnvironment(job: Environment, own: Environment): Environment {
  return { ...Object.fromEntries(Object.entries(job).filter(([name]) => !OF_THE_JOB.test(name))), ...own };
}
