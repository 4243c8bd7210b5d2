import { decidingReading, type AttributesEvaluation, type ForgottenAttribute, type Reading } from '@lethe/evaluation';
import { formatCount } from '@lethe/telemetry';
import { keptAlone, shownArea } from './attribute-words.js';
import type { Judgement } from './judgement.js';
import { whetherItObeys } from './redrawn-verdict.js';

/** A probe whose area is farther above what has to remain reads more than that. */
const MARGIN = 0.02;
/** Farthest that the area may lie above it in truth, by its interval, where it is said that no more is read. */
const MOST_UNCERTAIN = 0.05;
/** A probe that finds less than this part of what raw inputs show reads little. */
const LITTLE = 0.2;
/** The area where nothing is told. */
const NOTHING = 0.5;

type Judged = Pick<AttributesEvaluation, 'forgotten' | 'kept' | 'fairness' | 'redrawn'>;

/**
 * A sentence for each forgotten attribute: what a stranger who has the features could still read of it, or why nothing can be said. Then
 * one for each that is redrawn: whether redrawing obeys it.
 */
export function attributesVerdict(evaluation: Judged): string[] {
  return judgements(evaluation).map(({ claim, evidence }) => (evidence === null ? `${claim}.` : `${claim}: ${evidence}.`));
}

/** The same in plain words, for where the figures stand beside. */
export function plainAttributesVerdict(evaluation: Judged): string[] {
  return judgements(evaluation).map(({ claim }) => `${claim}.`);
}

function judgements(evaluation: Judged): Judgement[] {
  return [
    ...evaluation.forgotten.map((attribute) => whatIsRead(attribute, evaluation)), ...(evaluation.redrawn ?? []).map(whetherItObeys),
  ];
}

/**
 * What the features may tell of an attribute in any case: as much as a guess, and under parity as much as the kept attributes tell by
 * themselves. Null: no more than a guess.
 */
function whatRemains({ kept_alone: { auroc } }: ForgottenAttribute, { fairness }: Judged): Reading | null {
  return fairness === 'parity' && auroc !== null && auroc.value > NOTHING + MARGIN ? auroc : null;
}

function whatIsRead(attribute: ForgottenAttribute, evaluation: Judged): Judgement {
  const { name } = attribute;
  const read = decidingReading(attribute, evaluation.fairness);
  if (read === null) return { claim: `Of ${name} nothing was measured`, evidence: null };
  const noVerdict = `No verdict on ${name}`;
  const { auroc: raw } = (attribute.given.find((of) => of.class === read.given) ?? attribute).raw;
  if (raw === null) return { claim: `${noVerdict}, as no probe has read the raw inputs`, evidence: null };
  const remains = whatRemains(attribute, evaluation);
  const least = remains?.value ?? NOTHING;
  const aloneTells = `${keptAlone(evaluation.kept.map((kept) => kept.name))} tells`;
  const ofClass = read.given === null ? '' : ` among examples of ${read.given}`;
  const compared = remains === null ? 'a guess has 0.500' : `${aloneTells} ${remains.value.toFixed(3)}`;
  const evidence = `${shownArea(read)}${ofClass}; ${compared}, raw inputs tell ${raw.value.toFixed(3)}`;
  if (read.value > least + MARGIN && lowest(read) > least) {
    const isLittle = read.value - NOTHING < LITTLE * (raw.value - NOTHING);
    const more = remains === null ? '' : `, more than ${aloneTells}`;
    return { claim: `A stranger could still read ${isLittle ? 'a little of ' : ''}${name}${more}`, evidence };
  }
  // What is not in the inputs cannot be forgotten.
  if (!(lowest(raw) > NOTHING)) return { claim: `${noVerdict}, as the raw inputs themselves do not tell it`, evidence: shownArea(raw) };
  if (highest(read) > least + MOST_UNCERTAIN || read.value > least + MARGIN)
    return { claim: `${noVerdict}, as ${formatCount(read.scored)} test examples are too few to tell`, evidence };
  if (remains === null) return { claim: `A stranger could read next to nothing of ${name}`, evidence };
  return { claim: `Of ${name} a stranger could read about as much as ${aloneTells}`, evidence };
}

function lowest({ value, interval }: Reading): number {
  return interval?.[0] ?? value;
}

function highest({ value, interval }: Reading): number {
  return interval?.[1] ?? value;
}
