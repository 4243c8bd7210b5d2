import type { z } from 'zod';
import { gameError } from './game-error.js';
import type { GameDescription } from './game-description.js';

type AnyDescription = GameDescription<z.ZodObject, string, string>;

const NAME = /^[a-z][a-z0-9_-]*$/;
const NAMES = 'small letters, digits, - and _, beginning with a letter';
/** What the settings of a game lie beside. */
const TAKEN = ['kind', 'game', 'code', 'optimizers'];

/**
 * What a game declares, checked as far as it can be without data.
 * @throws LetheError GAME_INVALID naming the game, the place in it, what was expected and what was found
 */
export function checkDescription(description: AnyDescription): void {
  const { name } = description;
  if (typeof name !== 'string' || !NAME.test(name)) throw gameError(name, 'name', NAMES, JSON.stringify(name));
  checkShape(description);
  checkSettings(description);
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
  const expected = { networks: 'function', groups: 'object', phases: 'object', figures: 'object', encode: 'function' } as const;
  for (const [key, type] of Object.entries(expected)) {
    const found: unknown = description[key as keyof typeof expected];
    if (found === null || typeof found !== type) throw gameError(description.name, key, `a value of type ${type}`, String(found));
  }
  const known = new Set([
    'name', 'settings', 'networks', 'groups', 'optimizers', 'scalars', 'phases', 'figures', 'encode', 'encodedSize', 'decode', 'predict',
    'readKept', 'noisy', 'deployed', 'freshStarts',
  ]);
  const unknown = Object.keys(description).find((key) => !known.has(key));
  if (unknown !== undefined) throw gameError(description.name, 'defineGame', `no keys but ${[...known].join(', ')}`, unknown);
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

function checkPhases(description: AnyDescription): void {
  const { name, groups, phases } = description;
  const known = Object.keys(groups);
  const losses = phases.flatMap((phase) => phase.losses);
  for (const [index, phase] of phases.entries()) {
    expectName(name, 'phases', phase.name);
    const where = `phase ${phase.name}`;
    const isTaken = phases.findIndex((other) => other.name === phase.name) < index;
    if (isTaken) throw gameError(name, where, 'a name of its own', 'two of that name');
    for (const group of [phase.trains, ...phase.reads ?? []]) {
      if (!known.includes(group)) throw gameError(name, where, `a group among ${known.join(', ')}`, group);
    }
    if (typeof phase.loss !== 'function') throw gameError(name, where, 'a function `loss`', String(phase.loss));
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

function unknownNetwork(description: AnyDescription, where: string, network: string): Error {
  return gameError(description.name, where, `networks of its groups (${networksOf(description).join(', ')})`, network);
}

function expectName(game: string, where: string, name: unknown): void {
  if (typeof name !== 'string' || !NAME.test(name)) throw gameError(game, where, `names of ${NAMES}`, JSON.stringify(name));
}
