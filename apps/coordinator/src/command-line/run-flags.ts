import { DEFAULT_LOG_LEVEL, LOG_LEVELS } from '@lethe/config';
import { COUNT, FOLDER, RUN, type HelpedFlag } from '@lethe/config/flags';
import { FILE, LOG_LEVEL, NAME, SEEDS } from './flag-values.js';

/** How much is logged. */
export const LOG_LEVEL_FLAG: HelpedFlag = {
  name: 'log-level', value: LOG_LEVEL, help: `least important lines in the logs: ${LOG_LEVELS.join(', ')}`, otherwise: DEFAULT_LOG_LEVEL,
};

/** Flags of a run that are no settings of its configuration. */
export const RUN_FLAGS: readonly HelpedFlag[] = [
  { name: 'config', help: 'configuration file (JSON) that flags override', value: FILE },
  { name: 'name', help: "name of the run's folder", value: NAME, otherwise: 'made of the time' },
  { name: 'runs-dir', help: 'folder that holds runs', value: FOLDER, otherwise: 'runs' },
  { name: 'resume', help: 'go on with a run, or with several in one folder, by name or folder', value: RUN },
  { name: 'break-lock', help: 'with --resume: take over a run that a process of another host holds, if you know that it is gone' },
  {
    name: 'seeds',
    help: 'train once from each of these seeds, with commas, and show means and standard deviations',
    value: SEEDS,
    otherwise: 'one run, from --seed',
  },
  {
    name: 'measuring-workers', help: 'most workers on this machine that measure at the end', value: COUNT,
    otherwise: 'as many as the cores allow, 4 at most',
  },
  { name: 'dry-run', help: 'print the networks, the phases and what is sent, check the first shard, and start and write nothing' },
  { name: 'json', help: 'with --dry-run: print JSON, for programs' },
  { name: 'quiet', help: 'show no progress' },
  LOG_LEVEL_FLAG,
];
