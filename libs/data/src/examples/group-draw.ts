import { invalidData } from '../invalid-data.js';
import { MISSING, type CategoryAttribute } from '../model/attributes.js';
import type { Examples, Groups, Split } from '../model/examples.js';
import { seededGenerator, shuffle } from '../seeded-generator.js';
import type { ExamplesToSplit, SplitOptions } from './examples-to-split.js';

/** Examples of which a share is wanted for testing: a class, a domain, or a class in a domain. */
interface Stratum {
  /** For messages; null: it may be without test examples. */
  readonly name: string | null;
  count: number;
  drawn: number;
}

interface Group {
  readonly rows: number[];
  /** Examples of each stratum. */
  readonly parts: Map<Stratum, number>;
  isDrawn: boolean;
}

/**
 * Draws whole groups for testing, so that each class of each domain has about the share that is wanted: a group is taken if the shares
 * come nearer to it. No class loses its last training examples.
 * @throws LetheError DATA_INVALID for a class or a domain whose examples are all of one group
 */
export function drawGroups(examples: ExamplesToSplit, groups: Groups, { seed, testShare }: SplitOptions): number[] {
  const { members, strata } = findGroups(examples, groups);
  const change = ({ parts }: Group): number => {
    let sum = 0;
    for (const [{ count, drawn }, added] of parts) {
      const goal = Math.max(1, Math.floor(count * testShare));
      sum += ((drawn + added - goal) ** 2 - (drawn - goal) ** 2) / goal;
    }
    return sum;
  };
  const order = shuffle(members, seededGenerator('test-split', seed, JSON.stringify(['groups'])));
  for (const group of order) if (canBeDrawn(group) && change(group) < 0) draw(group);
  for (const stratum of strata) {
    if (stratum.drawn > 0) continue;
    const [nearest] = order.filter((group) => group.parts.has(stratum) && canBeDrawn(group)).sort((a, b) => change(a) - change(b));
    if (nearest !== undefined) draw(nearest);
    else if (stratum.name !== null) throw oneGroup(examples.origin, stratum.name, order, groups);
  }
  return order.filter(({ isDrawn }) => isDrawn).flatMap(({ rows }) => rows);
}

/** Every stratum keeps an example for training. */
function canBeDrawn({ isDrawn, parts }: Group): boolean {
  if (isDrawn) return false;
  for (const [{ count, drawn }, added] of parts) if (count - drawn <= added) return false;
  return true;
}

function draw(group: Group): void {
  group.isDrawn = true;
  for (const [stratum, added] of group.parts) stratum.drawn += added;
}

function findGroups(examples: ExamplesToSplit, { indices }: Groups): { readonly members: Group[]; readonly strata: readonly Stratum[] } {
  const members = new Map<number, Group>();
  const strataOf = strataFinder(examples);
  for (const row of examples.rows) {
    const index = indices[row] ?? 0;
    const group = members.get(index) ?? { rows: [], parts: new Map<Stratum, number>(), isDrawn: false };
    members.set(index, group);
    group.rows.push(row);
    for (const stratum of strataOf(row)) {
      stratum.count += 1;
      group.parts.set(stratum, (group.parts.get(stratum) ?? 0) + 1);
    }
  }
  const found = [...members.values()];
  return { members: found, strata: [...new Set(found.flatMap(({ parts }) => [...parts.keys()]))] };
}

/** The strata of a row: its class, its domain, and its class in its domain. */
function strataFinder({ label, domain }: ExamplesToSplit): (row: number) => Stratum[] {
  const known = new Map<string, Stratum>();
  const find = (key: string, name: string | null): Stratum => {
    const stratum = known.get(key) ?? { name, count: 0, drawn: 0 };
    known.set(key, stratum);
    return stratum;
  };
  const found = new Map<number, Stratum[]>();
  const classes = (label?.categories.length ?? 0) + 1;
  return (row) => {
    const ofClass = label?.values[row] ?? MISSING;
    const ofDomain = domain?.values[row] ?? MISSING;
    const key = (ofDomain === MISSING ? 0 : ofDomain + 1) * classes + (ofClass === MISSING ? 0 : ofClass + 1);
    const before = found.get(key);
    if (before !== undefined) return before;
    const className = label?.categories[ofClass];
    const domainName = domain?.categories[ofDomain];
    const strata = [
      find(`domain ${ofDomain}`, domainName === undefined ? null : `the domain ${domainName}`),
      find(`class ${ofClass}`, className === undefined ? null : `the label ${JSON.stringify(className)}`), find(`both ${key}`, null),
    ];
    found.set(key, strata);
    return strata;
  };
}

function oneGroup(origin: string, what: string, members: readonly Group[], { nameOf }: Groups): Error {
  const having = members.filter(({ parts }) => [...parts.keys()].some(({ name }) => name === what)).map(({ rows }) => nameOf(rows[0] ?? 0));
  const found = having.length === 1 ? `one: ${having[0]}` : `${having.length} that other classes or domains need for training`;
  return invalidData(origin, `examples of ${what} in several groups, of which one can be tested, or a split column`, found);
}

/** @throws LetheError DATA_INVALID naming a group that the data's own splits cut */
export function refuseCutGroups(rows: Uint32Array, splits: readonly Split[], { indices, nameOf }: Groups, where: Examples['where']): void {
  const firstOf = new Map<number, number>();
  for (const row of rows) {
    const index = indices[row] ?? 0;
    const first = firstOf.get(index);
    if (first === undefined) firstOf.set(index, row);
    else if (splits[first] !== splits[row]) {
      const found = `${splits[first]} in ${where(first)} and ${splits[row]} here`;
      throw invalidData(where(row), `all examples of the group ${nameOf(row)} in one split`, found);
    }
  }
}

/** Groups of a column; an example whose group is not known is one for itself. */
export function groupsOf({ categories, values }: CategoryAttribute): Groups {
  let next = categories.length;
  return {
    indices: values.map((value) => {
      if (value !== MISSING) return value;
      next += 1;
      return next - 1;
    }),
    nameOf: (example) => categories[values[example] ?? MISSING] ?? `(none: example ${example + 1})`,
  };
}
