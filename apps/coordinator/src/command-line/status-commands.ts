import { FOLDER } from '@lethe/config/flags';
import type { Command as Program } from 'commander';
import { CANCEL_HELP, STATUS_HELP } from './help-texts.js';
import { JSON_HELP, onTyped, option, RUNS_FOLDER_HELP, type ProgramEvents } from './typed-command.js';

/** `lethe status` */
export function addStatus(root: Program, events: ProgramEvents): void {
  const status = root
    .command('status')
    .summary('say how a run is, and its job')
    .description('Says how a run or a sweep is: one of this machine, or one that a job of Slurm plays, before it begins too.');
  status.argument('<run>', 'name or folder of the run');
  option(status, 'runs-dir', RUNS_FOLDER_HELP, FOLDER);
  option(status, 'json', JSON_HELP);
  status.addHelpText('after', STATUS_HELP);
  onTyped(status, 'status', events);
}

/** `lethe cancel` */
export function addCancel(root: Program, events: ProgramEvents): void {
  const cancel = root
    .command('cancel')
    .summary('end a run after the round under way')
    .description('Asks whoever plays a run or a sweep, this machine or a job of Slurm, to save a checkpoint and end.');
  cancel.argument('<run>', 'name or folder of the run');
  option(cancel, 'at-once', 'save nothing more');
  option(cancel, 'runs-dir', RUNS_FOLDER_HELP, FOLDER);
  cancel.addHelpText('after', CANCEL_HELP);
  onTyped(cancel, 'cancel', events);
}
