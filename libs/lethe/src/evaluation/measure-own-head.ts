import { probedAttribute } from '@lethe/data';
import { groupTreatment, headAccuracy, type GroupTreatment, type OwnHeadFigures } from '@lethe/evaluation';
import type { MeasuredRun } from './measured-run.js';
import type { MeasuringWork } from './measuring-work.js';
import { predictTest } from './predict-test.js';

const COST = 2;

/** How the run's own head of the kept label treats the groups of every forgotten attribute; null if it has none. */
export async function measureOwnHead(run: MeasuredRun, work: MeasuringWork): Promise<OwnHeadFigures | null> {
  const { description: { facts, objective }, data: { test } } = run;
  const label = facts.kept.find(({ isLabel }) => isLabel);
  if (label === undefined || objective.predict === null) return null;
  const done = work.expect('reading the label by the own head', COST);
  const { logProbabilities } = await predictTest(run);
  const { labels } = probedAttribute(test, facts, label.name);
  const classes = facts.classes.length;
  /** Of those test examples that have a label, and perhaps a group. */
  const chosen = (isChosen: (example: number) => boolean) => {
    const examples = [...labels.keys()].filter((example) => (labels[example] as number) >= 0 && isChosen(example));
    const rows = new Float32Array(examples.length * classes);
    for (const [row, example] of examples.entries()) {
      rows.set(logProbabilities.subarray(example * classes, (example + 1) * classes), row * classes);
    }
    return { examples, labels: Int32Array.from(examples, (example) => labels[example] as number), logProbabilities: rows, classes };
  };
  const accuracy = await headAccuracy(chosen(() => true));
  const treatments: GroupTreatment[] = [];
  for (const { name, categories } of facts.forgotten) {
    const groups = probedAttribute(test, facts, name).labels;
    const { examples, ...predictions } = chosen((example) => (groups[example] as number) >= 0);
    const ofExamples = Int32Array.from(examples, (example) => groups[example] as number);
    treatments.push(await groupTreatment(name, { ...predictions, groups: ofExamples, groupCount: categories.length }, categories));
  }
  done();
  return { attribute: label.name, accuracy, treatments };
}
