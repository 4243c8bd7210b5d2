import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

/** Functions of `node:crypto` that draw random numbers. Those of the global `crypto` are others. */
const DRAWING = [
  'randomBytes', 'randomFill', 'randomFillSync', 'randomInt', 'randomUUID', 'generateKey', 'generateKeySync', 'generateKeyPair',
  'generateKeyPairSync', 'generatePrime', 'generatePrimeSync',
] as const satisfies (keyof typeof crypto)[];

/** Told of a call before it is made; it throws to refuse it. @param source what is called, such as `Math.random` */
export type Refusal = (source: string, kind: 'chance' | 'clock') => void;

/** An object, and what takes the place of its members. */
export type Replacement = readonly [target: object, members: Readonly<Record<string, unknown>>];

/**
 * Puts a check before everything by which JavaScript gives each process random numbers and times of its own.
 * @returns takes the checks away again; those that were put first go last
 */
export function checkChanceAndClocks(refuse: Refusal): () => void {
  return replaceMembers(checks(refuse));
}

/**
 * Puts such a check before what modules import by name, as from `node:crypto`, for as long as this process lives: importing modules are
 * told of a change only by a look at all that Node brings, which takes too long for each call of a game.
 */
export function checkImportedChance(refuse: Refusal): void {
  replaceMembers([[crypto, Object.fromEntries(DRAWING.map((name) => [name, checkedDraw(name, refuse)]))]]);
  syncBuiltinESMExports();
}

/** It keeps the properties by which `promisify` knows it. */
function checkedDraw(name: (typeof DRAWING)[number], refuse: Refusal): unknown {
  return new Proxy<(...given: unknown[]) => unknown>(crypto[name] as never, {
    apply: (original, self, given: unknown[]) => {
      refuse(`crypto.${name}`, 'chance');
      return Reflect.apply(original, self, given);
    },
  });
}

/** @returns puts the members back. Of several calls the last one ends first. */
export function replaceMembers(replacements: readonly Replacement[]): () => void {
  const restores = replacements.flatMap(([target, members]) => (
    Object.entries(members).map(([name, value]) => replaceMember(target, name, value))
  ));
  return () => { for (const restore of restores) restore(); };
}

function replaceMember(target: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
  return () => {
    if (before === undefined) Reflect.deleteProperty(target, name);
    else Object.defineProperty(target, name, before);
  };
}

function checks(refuse: Refusal): readonly Replacement[] {
  const checked = <Given extends readonly unknown[], Result>(
    source: string, kind: 'chance' | 'clock', original: (...given: Given) => Result,
  ) => (...given: Given): Result => {
    refuse(source, kind);
    return original(...given);
  };
  const { random } = Math;
  const { crypto, performance } = globalThis;
  const [fill, uuid, now] = [crypto.getRandomValues.bind(crypto), crypto.randomUUID.bind(crypto), performance.now.bind(performance)];
  const { hrtime } = process;
  return [
    [Math, { random: checked('Math.random', 'chance', random) }],
    [crypto, {
      getRandomValues: checked('crypto.getRandomValues', 'chance', fill), randomUUID: checked('crypto.randomUUID', 'chance', uuid),
    }],
    [performance, { now: checked('performance.now', 'clock', now) }],
    [process, {
      hrtime: Object.assign(checked('process.hrtime', 'clock', hrtime), {
        bigint: checked('process.hrtime.bigint', 'clock', hrtime.bigint.bind(hrtime)),
      }),
    }],
    [globalThis, { Date: checkedDate(refuse) }],
  ];
}

/** Dates of given times may be made. */
function checkedDate(refuse: Refusal): DateConstructor {
  const now = (): number => {
    refuse('Date.now', 'clock');
    return original.now();
  };
  const original = Date;
  return new Proxy(original, {
    construct: (target, given, newTarget) => {
      if (given.length === 0) refuse('new Date()', 'clock');
      return Reflect.construct(target, given, newTarget) as Date;
    },
    apply: (target) => {
      refuse('Date()', 'clock');
      return target();
    },
    get: (target, member) => (member === 'now' ? now : Reflect.get(target, member) as unknown),
  });
}
