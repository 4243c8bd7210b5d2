import { completeOptimizer, type PartialOptimizer } from '@lethe/config';
import type { NetworkSpec, UnnamedNetwork } from '@lethe/networks';
import type { Tensor } from '@tensorflow/tfjs';
import { z } from 'zod';
import { checkedSettings } from './checked-settings.js';
import { GAME_KIND, type GameDefinition } from './game-definition.js';
import type { GameFacts } from './game-facts.js';
import type { BatchPer, LossContext, NetworkMode, Objective, Phase } from './objective.js';
import { checkDescription, checkInnerSteps, checkWord, networksOf } from './own-game/check-description.js';
import { factsOfGame, type FactsOfGame } from './own-game/facts.js';
import { gameContext, type GameContext } from './own-game/game-context.js';
import type { GameDescription, GivenToGame } from './own-game/game-description.js';
import { gameError, kindOf } from './own-game/game-error.js';

/**
 * A game of one's own: groups of networks that learn in phases. A module that exports it by default is played by
 * `lethe train --game FILE`.
 * @throws LetheError GAME_INVALID for a description that contradicts itself
 */
export function defineGame<
  Network extends string, Schema extends z.ZodObject = z.ZodObject<Record<string, never>>, Scalar extends string = never,
>(description: GameDescription<Schema, Network, Scalar>): GameDefinition {
  const untyped = description as unknown as AnyDescription;
  checkDescription(untyped);
  const optimizers: Readonly<Record<string, PartialOptimizer | undefined>> = untyped.optimizers ?? {};
  const settings = (untyped.settings ?? z.object({})).strict();
  return {
    kind: GAME_KIND,
    name: description.name,
    settings,
    optimizers: Object.fromEntries(networksOf(untyped).map((name) => [name, completeOptimizer(optimizers[name])])),
    figures: Object.keys(description.figures),
    play: (given, facts) => new OwnGame(untyped, checkedSettings(description.name, settings, given), facts).objective(),
  };
}

type AnyDescription = GameDescription<z.ZodObject, string, string>;
const BATCH_PER: readonly BatchPer[] = ['round', 'step'];
const NETWORK_MODES: readonly NetworkMode[] = ['training', 'evaluation'];

type AnyContext = GameContext<Record<string, unknown>>;

/** A game with its settings, for the data of a run. */
class OwnGame {
  readonly #description: AnyDescription;
  readonly #settings: Record<string, unknown>;
  readonly #gameFacts: GameFacts;
  readonly #facts: FactsOfGame;

  constructor(description: AnyDescription, settings: Record<string, unknown>, facts: GameFacts) {
    this.#description = description;
    this.#settings = settings;
    this.#gameFacts = facts;
    this.#facts = factsOfGame(description.name, facts);
  }

  objective(): Objective {
    const {
      name, groups, batchPer = 'round', deployed, freshStarts = [], figures, noisy = false, decode, predict,
    } = this.#description;
    const networks = this.#networks();
    const { height, width, channels, forgotten, kept } = this.#gameFacts;
    const encodedSize = this.#encodedSize();
    const encode = (context: LossContext): Tensor => (
      this.#ofEach('encode', [encodedSize], this.#description.encode(this.#context(context, 'encode')))
    );
    const rebuild = decode === undefined ? null : (context: LossContext, features: Tensor) => context.operations.reshape(
      this.#ofEach('decode', this.#facts.inputShape, decode(this.#context(context, 'decode'), features)), [-1, height, width, channels],
    );
    const isLabelAlone = kept.length === 0 && forgotten.length === 1 && forgotten[0]?.isLabel === true;
    return {
      name,
      groups: Object.entries(groups).map(([group, names]) => ({
        name: group, networks: names.map((network) => networks.find((spec) => spec.name === network) as NetworkSpec),
      })),
      phases: this.#phases(),
      batchPer: checkWord(name, 'batchPer', BATCH_PER, this.#given(batchPer)),
      deployed: deployed ?? networksOf(this.#description),
      freshStarts,
      scalars: (round) => this.#scalars(round),
      figures: Object.keys(figures),
      score: (context) => Object.fromEntries(Object.entries(figures).map(([figure, compute]) => (
        [figure, this.#ofEach(`figure ${figure}`, [], compute(this.#context(context, `figure ${figure}`)))]
      ))),
      encode,
      encodedSize,
      isNoisy: noisy,
      redraw: isLabelAlone ? rebuild : null,
      decode: rebuild,
      predict: predict === undefined ? null : (context) => (
        this.#ofEach('predict', [this.#facts.label.size], predict(this.#context(context, 'predict')))
      ),
      readKept: this.#readKept(encode),
    };
  }

  /** Every network that the groups name, and no other. */
  #networks(): readonly NetworkSpec[] {
    const { name } = this.#description;
    const made: Readonly<Record<string, UnnamedNetwork>> = this.#description.networks({ settings: this.#settings, facts: this.#facts });
    const expected = networksOf(this.#description);
    const unnamed = Object.keys(made).find((network) => !expected.includes(network));
    if (unnamed !== undefined) throw gameError(name, 'groups', 'every network in a group', `${unnamed} in none`);
    return expected.map((network) => {
      const found = made[network];
      if (found === undefined) throw unknownMade(name, network, Object.keys(made));
      return { ...found, name: network };
    });
  }

  #phases(): readonly Phase[] {
    const { name: game, groups, phases } = this.#description;
    return phases.map(({ name, trains, reads = Object.keys(groups), innerSteps = 1, frozenMode = 'training', losses, loss }) => {
      const read = Object.keys(groups).filter((group) => group === trains || reads.includes(group));
      const networks = read.flatMap((group) => groups[group] ?? []);
      return {
        name, trains, reads: read, losses,
        innerSteps: checkInnerSteps(game, name, this.#given(innerSteps)),
        frozenMode: checkWord(game, `phase ${name}, frozenMode`, NETWORK_MODES, this.#given(frozenMode)),
        loss: (context) => loss(this.#context(context, `phase ${name}`, networks)),
      };
    });
  }

  /** A value, or what a function makes of settings and facts. */
  #given<Value extends string | number>(value: Value | ((given: GivenToGame<Record<string, unknown>>) => Value)): Value {
    return typeof value === 'function' ? value({ settings: this.#settings, facts: this.#facts }) : value;
  }

  #scalars(round: number): Readonly<Record<string, number>> {
    const { name, scalars } = this.#description;
    const rounds = this.#facts.rounds;
    const values = scalars?.({ settings: this.#settings, facts: this.#facts, round, rounds }) ?? {};
    const odd = Object.entries(values).find(([, value]) => !Number.isFinite(value));
    if (odd === undefined) return values;
    throw gameError(name, 'scalars', `a finite number in round ${round}`, `${odd[0]} = ${String(odd[1])}`);
  }

  /** In the order of what is kept; null: no network reads it. */
  #readKept(encode: (context: LossContext) => Tensor): Objective['readKept'] {
    const readers = this.#description.readKept ?? {};
    const unread = Object.keys(readers).find((name) => !this.#facts.kept.some((attribute) => attribute.name === name));
    if (unread !== undefined) {
      const kept = this.#facts.kept.map(({ name }) => name).join(', ') || 'nothing';
      throw gameError(this.#description.name, 'readKept', `attributes that the run keeps (${kept})`, unread);
    }
    return this.#facts.kept.map(({ name, kind, size }) => {
      const reader = readers[name];
      if (reader === undefined) return null;
      const where = `readKept.${name}`;
      const outputs = kind === 'number' ? 2 : size;
      return (context) => this.#ofEach(where, [outputs], reader(this.#context(context, where), encode(context)));
    });
  }

  #encodedSize(): number {
    const { name, encodedSize } = this.#description;
    const size = typeof encodedSize === 'function' ? encodedSize({ settings: this.#settings, facts: this.#facts }) : encodedSize;
    if (Number.isInteger(size) && size >= 1) return size;
    throw gameError(name, 'encodedSize', 'a whole number of at least 1', String(size));
  }

  /** @param networks of the loss of a phase: those that it may apply; left out: all networks, and no scalars, as those are of a round */
  #context(context: LossContext, where: string, networks?: readonly string[]): AnyContext {
    const place = {
      game: this.#description.name, where, networks: networks ?? networksOf(this.#description), readsScalars: networks !== undefined,
    };
    return gameContext(context, place, { settings: this.#settings, facts: this.#facts, gameFacts: this.#gameFacts });
  }

  /** A tensor that has `shape` for each example. */
  #ofEach(where: string, shape: readonly number[], found: Tensor): Tensor {
    const given: unknown = found;
    const expected = `a tensor [${['examples', ...shape].join(', ')}]`;
    if (typeof given !== 'object' || given === null || !('shape' in given)) {
      throw gameError(this.#description.name, where, expected, kindOf(given));
    }
    const isFit = found.shape.length === shape.length + 1 && shape.every((size, index) => found.shape[index + 1] === size);
    if (isFit) return found;
    throw gameError(this.#description.name, where, expected, `[${found.shape.join(', ')}]`);
  }
}

function unknownMade(game: string, network: string, made: readonly string[]): Error {
  return gameError(game, 'groups', `networks among those that \`networks\` makes (${made.join(', ')})`, network);
}
