import { LetheError } from '@lethe/errors';
import type { z } from 'zod';
import { gameError, kindOf } from './game-error.js';
import type { GameDescription } from './game-description.js';

type AnyDescription = GameDescription<z.ZodObject, string, string>;

const NAME = /^[a-z][a-z0-9_-]*$/;
const NAMES = 'small letters, digits, - and _, beginning with a letter';
/** What the settings of a game lie beside. */
const TAKEN = ['kind', 'game', 'code', 'optimizers'];

type Part = Exclude<keyof AnyDescription, 'name' | 'settings'>;
/** Of the parts of a description: the kinds of values that they may be, and whether they must be there. */
const KINDS_OF_PARTS: Readonly<Record<Part, readonly [kinds: readonly string[], isNeeded: boolean]>> = {
  networks: [['a function'], true], groups: [['an object'], true], phases: [['a list'], true], figures: [['an object'], true],
  encode: [['a function'], true], encodedSize: [['a number', 'a function'], true], optimizers: [['an object'], false],
  scalars: [['a function'], false], decode: [['a function'], false], predict: [['a function'], false], readKept: [['an object'], false],
  batchPer: [['a string', 'a function'], false], noisy: [['a boolean'], false], deployed: [['a list'], false],
  freshStarts: [['a list'], false],
};

/**
 * What a game declares, checked as far as it can be without data.
 * @throws LetheError GAME_INVALID naming the game, the place in it, what was expected and what was found
 */
export function checkDescription(description: AnyDescription): void {
  if (kindOf(description) !== 'an object') {
    const expected = 'the description of a game, { name, networks, ... }';
    throw new LetheError('GAME_INVALID', `defineGame: expected ${expected}, found ${kindOf(description)}`);
  }
  const { name } = description;
  if (typeof name !== 'string' || !NAME.test(name)) throw gameError(name, 'name', NAMES, JSON.stringify(name));
  checkShape(description);
  checkSettings(description);
  checkPartsOfPhases(description);
  checkGroups(description);
  checkPhases(description);
  const named = [...description.deployed ?? [], ...(description.freshStarts ?? []).map(({ network }) => network)];
  for (const network of [...named, ...Object.keys(description.optimizers ?? {})]) {
    if (!networksOf(description).includes(network)) throw unknownNetwork(description, 'deployed, freshStarts and optimizers', network);
  }
  const figures = Object.keys(description.figures);
  if (figures.length === 0) throw gameError(name, 'figures', 'a figure, which chooses the best checkpoint', 'none');
  for (const figure of figures) expectName(name, 'figures', figure);
}

/** Names of all networks, in the order of the groups. */
export function networksOf({ groups }: Pick<AnyDescription, 'groups'>): string[] {
  return Object.values(groups).flat();
}

/** JavaScript is not held to the types. */
function checkShape(description: AnyDescription): void {
  const { name } = description;
  for (const [key, [kinds, isNeeded]] of Object.entries(KINDS_OF_PARTS)) {
    const found = description[key as keyof AnyDescription];
    if (found === undefined && !isNeeded) continue;
    if (!kinds.includes(kindOf(found))) throw gameError(name, key, kinds.join(' or '), kindOf(found));
  }
  for (const key of ['figures', 'readKept'] as const) {
    const odd = Object.entries<unknown>(description[key] ?? {}).find(([, compute]) => typeof compute !== 'function');
    if (odd !== undefined) throw gameError(name, `${key}.${odd[0]}`, 'a function', kindOf(odd[1]));
  }
  const known = ['name', 'settings', ...Object.keys(KINDS_OF_PARTS)];
  const unknown = Object.keys(description).find((key) => !known.includes(key));
  if (unknown !== undefined) throw gameError(description.name, 'defineGame', `no keys but ${known.join(', ')}`, unknown);
}

function checkSettings({ name, settings }: AnyDescription): void {
  if (settings === undefined) return;
  // A schema may come from another copy of zod: it is known by what it does.
  if (typeof (settings as { strict?: unknown }).strict !== 'function' || typeof settings.shape !== 'object') {
    throw gameError(name, 'settings', 'a zod object, z.strictObject({ ... })', typeof settings);
  }
  const taken = Object.keys(settings.shape).find((key) => TAKEN.includes(key));
  if (taken !== undefined) throw gameError(name, 'settings', `other names than ${TAKEN.join(', ')}`, taken);
  const odd = Object.keys(settings.shape).find((key) => !/^[a-z][A-Za-z0-9]*$/.test(key));
  if (odd !== undefined) throw gameError(name, 'settings', 'names of letters and digits that begin with a small letter', odd);
}

function checkGroups(description: AnyDescription): void {
  const { name, groups, phases } = description;
  const names = Object.keys(groups);
  if (names.length === 0) throw gameError(name, 'groups', 'a group of networks', 'none');
  for (const [group, networks] of Object.entries(groups)) {
    expectName(name, 'groups', group);
    if (!Array.isArray(networks) || networks.length === 0) throw gameError(name, `group ${group}`, 'names of networks', String(networks));
    for (const network of networks) expectName(name, `group ${group}`, network);
    if (!phases.some(({ trains }) => trains === group)) throw gameError(name, `group ${group}`, 'a phase that trains it', 'none');
  }
  const all = networksOf(description);
  const twice = all.find((network, index) => all.indexOf(network) < index);
  if (twice === undefined) return;
  const homes = names.filter((group) => groups[group]?.includes(twice) === true).join(' and in ');
  throw gameError(name, 'groups', 'every network in one group, once', `${twice} in ${homes}`);
}

/** JavaScript is not held to the types. */
function checkPartsOfPhases({ name, phases }: AnyDescription): void {
  for (const phase of phases as readonly unknown[]) {
    if (kindOf(phase) !== 'an object') throw gameError(name, 'phases', 'objects { name, trains, losses, loss }', kindOf(phase));
    const { name: own, losses, reads = [], loss } = phase as Readonly<Partial<AnyDescription['phases'][number]>>;
    expectName(name, 'phases', own);
    const where = `phase ${String(own)}`;
    if (!Array.isArray(losses)) throw gameError(name, where, '`losses`, a list of names', kindOf(losses));
    if (!Array.isArray(reads)) throw gameError(name, where, '`reads`, a list of groups', kindOf(reads));
    if (typeof loss !== 'function') throw gameError(name, where, '`loss`, a function', kindOf(loss));
  }
}

function checkPhases(description: AnyDescription): void {
  const { name, groups, phases } = description;
  const known = Object.keys(groups);
  const losses = phases.flatMap((phase) => phase.losses);
  for (const [index, phase] of phases.entries()) {
    const where = `phase ${phase.name}`;
    const isTaken = phases.findIndex((other) => other.name === phase.name) < index;
    if (isTaken) throw gameError(name, where, 'a name of its own', 'two of that name');
    for (const group of [phase.trains, ...phase.reads ?? []]) {
      if (!known.includes(group)) throw gameError(name, where, `a group among ${known.join(', ')}`, group);
    }
    if (phase.losses.length === 0) throw gameError(name, where, 'the name of a loss that it reports', 'none');
    for (const loss of phase.losses) {
      expectName(name, where, loss);
      const isTwice = losses.indexOf(loss) !== losses.lastIndexOf(loss);
      if (isTwice) throw gameError(name, where, 'losses that no other phase reports', `${loss} twice`);
    }
    if (typeof phase.innerSteps === 'number') checkInnerSteps(name, phase.name, phase.innerSteps);
  }
}

/** @throws LetheError GAME_INVALID for a number of inner steps that is none */
export function checkInnerSteps(game: string, phase: string, innerSteps: number): number {
  if (Number.isInteger(innerSteps) && innerSteps >= 1) return innerSteps;
  throw gameError(game, `phase ${phase}`, 'innerSteps: a whole number of at least 1', String(innerSteps));
}

/** @throws LetheError GAME_INVALID for a word that is none of those expected */
export function checkWord<Word extends string>(game: string, where: string, words: readonly Word[], found: unknown): Word {
  const word = words.find((one) => one === found);
  if (word !== undefined) return word;
  throw gameError(game, where, words.join(' or '), typeof found === 'string' ? found : kindOf(found));
}

function unknownNetwork(description: AnyDescription, where: string, network: string): Error {
  return gameError(description.name, where, `networks of its groups (${networksOf(description).join(', ')})`, network);
}

function expectName(game: string, where: string, name: unknown): void {
  if (typeof name !== 'string' || !NAME.test(name)) throw gameError(game, where, `names of ${NAMES}`, JSON.stringify(name));
}
