import { MISSING } from '../model/attributes.js';
import type { Dataset } from '../model/dataset.js';
import type { DataToDescribe, DomainCounts, PartCounts } from './data-report.js';

/** Examples of each class and domain. */
export interface CountedParts {
  readonly total: PartCounts;
  readonly classes: readonly PartCounts[];
  readonly domains: readonly DomainCounts[];
}

type Counts = { -readonly [Key in keyof PartCounts]: PartCounts[Key] };
type Part = Exclude<keyof PartCounts, 'name'>;

/** Counts the examples of each part by class and by domain. Examples without a label are the last class, if there are any. */
export function countParts({ facts, train, test, heldOut }: DataToDescribe): CountedParts {
  const { classes: names, domains: populations } = facts;
  const total = none('all');
  const unlabelled = none('without a label');
  const classes = names.map(none);
  const domains = populations.map(({ name }) => ({ ...none(name), classes: names.map(() => 0) }));
  const count = (dataset: Dataset, example: number, part: Part): void => {
    const label = dataset.labels[example] as number;
    const ofClass = label === MISSING ? unlabelled : classes[label] as Counts;
    const domain = domains[dataset.domains[example] as number] as (typeof domains)[number];
    for (const counts of [total, ofClass, domain]) counts[part] += 1;
    if (label !== MISSING) domain.classes[label] = (domain.classes[label] as number) + 1;
  };
  const isHeldOut = new Uint8Array(train.count);
  for (const example of heldOut ?? []) isHeldOut[example] = 1;
  for (let example = 0; example < train.count; example += 1) count(train, example, isHeldOut[example] === 1 ? 'heldOut' : 'train');
  for (let example = 0; example < test.count; example += 1) count(test, example, 'test');
  return {
    total, classes: sumOf(unlabelled) === 0 ? classes : [...classes, unlabelled], domains: domains.length > 1 ? domains : [],
  };
}

/** All examples of a class or domain. */
export function sumOf({ train, heldOut, test }: PartCounts): number {
  return train + heldOut + test;
}

function none(name: string): Counts {
  return { name, train: 0, heldOut: 0, test: 0 };
}
