import { fitSettings, problemsError, type DataCounts, type Problem } from '@lethe/config';
import { openRunData, type DataOpening } from '../../run/run-data.js';
import { trialKey, type PlannedTrial, type PlannedTrials } from '../trial.js';
import type { SweepTrial } from './plan-sweep.js';

/**
 * Fits what nobody gave to the data of each trial; those with one configuration then are one trial. Data that several trials share are
 * read once: which examples a seed draws changes no count.
 * @throws LetheError DATA_MISSING, DATA_INVALID, CONFIG_INVALID naming what does not fit in any of the trials
 */
export async function fitTrials(planned: readonly SweepTrial[], opening: DataOpening): Promise<PlannedTrials> {
  const counts = new Map<string, DataCounts>();
  const problems: Problem[] = [];
  const notices = new Set<string>();
  const trials = new Map<string, PlannedTrial>();
  for (const { values, ...compiled } of planned) {
    const { data, seed } = compiled.config;
    const of = JSON.stringify({ ...data, heldOut: 0, augmentation: null });
    const found = counts.get(of) ?? (await openRunData({ data, seed }, opening)).facts;
    counts.set(of, found);
    const fitted = fitSettings(compiled, found);
    for (const problem of fitted.problems) problems.push(problem);
    for (const notice of fitted.notices) notices.add(notice);
    const key = trialKey(fitted.config);
    trials.set(key, trials.get(key) ?? { key, values, config: fitted.config });
  }
  if (problems.length > 0) throw problemsError(problems);
  return { trials: [...trials.values()], notices: [...notices] };
}
