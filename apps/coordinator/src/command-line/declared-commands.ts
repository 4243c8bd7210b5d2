import { FOLDER } from '@lethe/config/flags';
import { CANCEL_HELP, CHECKPOINT_HELP, COMPARE_HELP, RUNS_HELP, STATUS_HELP } from './help-texts.js';
import { JSON_HELP, RUNS_FOLDER_HELP, type DeclaredCommand } from './typed-command.js';

const RUNS_FOLDER = { name: 'runs-dir', help: RUNS_FOLDER_HELP, value: FOLDER };
const JSON_FLAG = { name: 'json', help: JSON_HELP };
const ONE_RUN = [['<run>', 'name or folder of the run']] as const;

/** `lethe checkpoint` */
export const CHECKPOINT_OF_RUN: DeclaredCommand = {
  name: 'checkpoint',
  summary: 'have a run that is going on write a checkpoint now',
  description: 'Asks a run that is going on on this machine for a checkpoint after the round under way, and waits for it.',
  arguments: ONE_RUN,
  flags: [RUNS_FOLDER],
  help: CHECKPOINT_HELP,
};

/** `lethe runs` */
export const RUNS: DeclaredCommand = {
  name: 'runs',
  summary: 'list runs and sweeps with what they reached',
  description:
    'Lists the runs, sweeps, comparisons and runs from several seeds of a folder, the last written first, with what was measured of them.',
  arguments: [],
  flags: [RUNS_FOLDER, JSON_FLAG],
  help: RUNS_HELP,
};

/** `lethe compare` */
export const COMPARE: DeclaredCommand = {
  name: 'compare',
  summary: 'say what runs differ in',
  description: 'Says what runs differ in: settings, data, engines, curves, and what was measured of them, with its intervals.',
  arguments: [['<runs...>', 'names or folders of two runs or more']],
  flags: [RUNS_FOLDER, JSON_FLAG],
  help: COMPARE_HELP,
};

/** `lethe status` */
export const STATUS: DeclaredCommand = {
  name: 'status',
  summary: 'say how a run is, and its job',
  description: 'Says how a run or a sweep is: one of this machine, or one that a job of Slurm plays, before it begins too.',
  arguments: ONE_RUN,
  flags: [RUNS_FOLDER, JSON_FLAG],
  help: STATUS_HELP,
};

/** `lethe cancel` */
export const CANCEL: DeclaredCommand = {
  name: 'cancel',
  summary: 'end a run after the round under way',
  description: 'Asks whoever plays a run or a sweep, this machine or a job of Slurm, to save a checkpoint and end.',
  arguments: ONE_RUN,
  flags: [{ name: 'at-once', help: 'save nothing more' }, RUNS_FOLDER],
  help: CANCEL_HELP,
};
