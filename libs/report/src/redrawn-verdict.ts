import { redrawnIntervals, type RedrawnAttribute, type RedrawnTo } from '@lethe/evaluation';
import { formatCount } from '@lethe/telemetry';
import type { Judgement } from './judgement.js';
import { percent, shownInterval, shownPercents } from './shown-figures.js';

/**
 * How far redrawing gets, from what a judge takes for a value before images are redrawn (0) to what it takes for it of real images that
 * have it (1): below the first number a direction is ignored, from the second on it is obeyed.
 */
const [LEAST_WAY, MOST_WAY] = [1 / 3, 0.8];
/** Images that are rebuilt with the value that they have, and get so far nevertheless, would show the other value whatever was told. */
const ANYWAY = 2 / 3;
/** What a judge has to read beyond what always naming one value gives, as a share of what can be read beyond it. */
const LEAST_JUDGED = 0.5;

/**
 * What a judge has to take for a value of real images that have it beyond what it takes for it of others: with less, the way from the one
 * share to the other is too short to say how far redrawing gets on it.
 */
const LEAST_TOLD = 0.1;

/**
 * What becomes of images that are redrawn with a value. `anyway`: they show it whatever is told. `not judged`: the judge does not tell the
 * value, or no real image has it.
 */
type Outcome = 'ignored' | 'anyway' | 'in part' | 'obeyed' | 'not judged';

/** What becomes of images of other values, for each value in their order; null: there are no such images. */
function outcomes({ to, judge }: Pick<RedrawnAttribute, 'to' | 'judge'>): (Outcome | null)[] {
  return to.map(({ share, before, rebuilt, examples }, value) => {
    if (examples === 0) return null;
    const whole = (judge.of_each[value] ?? 0) - before;
    if (!(whole >= LEAST_TOLD)) return 'not judged';
    const way = (reached: number): number => (reached - before) / whole;
    if (way(share) < LEAST_WAY) return 'ignored';
    if (way(rebuilt) >= ANYWAY) return 'anyway';
    return way(share) >= MOST_WAY ? 'obeyed' : 'in part';
  });
}

const SAID: Readonly<Record<Outcome, string>> = {
  ignored: 'is ignored', anyway: 'shows nothing, as rebuilt images are read so anyway', 'in part': 'is obeyed in part', obeyed: 'is obeyed',
  'not judged': 'is not judged, as the judge does not tell it',
};

/** Whether images that are redrawn with another value of an attribute show it. Directions that are ignored are named. */
export function whetherItObeys(attribute: RedrawnAttribute): Judgement {
  const { name, categories, judge, to } = attribute;
  const chance = 1 / categories.length;
  const judged = `the judge reads raw images with a balanced accuracy of ${percent(judge.balanced_accuracy)}`;
  const [low] = redrawnIntervals(attribute).judge;
  if (!(judge.balanced_accuracy - chance >= LEAST_JUDGED * (1 - chance)) || low <= chance) {
    return { claim: `No verdict on redrawing ${name}, as the judge itself does not read it`, evidence: judged };
  }
  const evidence = `${shownDirections(attribute)}; ${judged}`;
  const found = outcomes(attribute);
  const values = (outcome: Outcome): string[] => to.flatMap(({ value }, index) => (found[index] === outcome ? [value] : []));
  const known = (Object.keys(SAID) as Outcome[]).filter((outcome) => values(outcome).length > 0);
  const [only, another] = known;
  if (only === undefined) return { claim: `No verdict on redrawing ${name}, as there are no images to redraw`, evidence: null };
  if (another === undefined && only === 'not judged') {
    return { claim: `No verdict on redrawing ${name}, as the judge tells none of its values`, evidence };
  }
  if (another === undefined && only === 'ignored') return { claim: `Redrawing ignores ${name}`, evidence };
  if (another === undefined && only === 'obeyed') {
    return { claim: `Redrawing obeys ${name}${to.length === 2 ? ' both ways' : ''}`, evidence };
  }
  const ways = known.map((outcome) => `to ${values(outcome).join(' and to ')} ${SAID[outcome]}`);
  return { claim: `Redrawing ${name} ${ways.join('; ')}`, evidence };
}

/** More directions are not said one by one. */
const MOST_SAID = 4;

/** Each direction; of many their mean and those that are ignored. */
export function shownDirections(attribute: RedrawnAttribute): string {
  if (attribute.to.length <= MOST_SAID) return attribute.to.map(shownDirection).join('; ');
  const found = outcomes(attribute);
  const ignored = attribute.to.filter((_, value) => found[value] === 'ignored');
  return [`to another value ${percent(attribute.swap)} in the mean`, ...ignored.map(shownDirection)].join('; ');
}

/** "to yes 93.1 % (95 %: 91.0 to 94.8 %, before 2.0 %)" */
function shownDirection({ value, share, interval, before }: RedrawnTo): string {
  return `to ${value} ${percent(share)} (95 %: ${shownPercents(interval)}; before ${percent(before)})`;
}

export const REDRAWN_HEAD = [
  'attribute', 'redrawn to', '', 'read as that', '95 %', 'before', 'rebuilt', 'real ones read', 'test examples', 'judge, balanced',
];

/** What the figures of a direction mean, and when it is called ignored. */
export const IGNORED_MEANS = 'Test images of all other values are redrawn with one, and read by a judge that was trained on raw images. '
  + 'Before, it takes some of them for the value by mistake; of real images that have the value it reads not all. A direction is ignored '
  + 'where redrawing gets less than a third of the way from the one share to the other, and obeyed from four fifths of it on. It shows '
  + 'nothing where images that are only rebuilt, with the value that they have, get two thirds of the way. It is not judged where the two '
  + 'shares are less than ten points apart.';

/** A row for each direction. */
export function redrawnRows(redrawn: readonly RedrawnAttribute[]): string[][] {
  return redrawn.flatMap((attribute) => {
    const found = outcomes(attribute);
    return attribute.to.map((to, value) => [
      attribute.name, to.value, found[value] ?? '', percent(to.share), shownInterval(to.interval), percent(to.before), percent(to.rebuilt),
      percent(attribute.judge.of_each[value] ?? 0), formatCount(to.examples), percent(attribute.judge.balanced_accuracy),
    ]);
  });
}
