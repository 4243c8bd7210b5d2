import { entryOf } from '@lethe/errors';
import type { Networks } from '@lethe/networks';
import type { Operations } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import type { GameFacts } from '../game-facts.js';
import type { Batch, LossContext } from '../objective.js';
import { LABEL, unknownAttribute, type FactsOfGame } from './facts.js';
import { gameError } from './game-error.js';

/** The examples of a step, as a game sees them. */
export interface BatchOfGame {
  /**
   * [examples, ...inputShape]: bytes from -1 to 1, floats of a reader of one's own as it gave them. A number of a table is several: of
   * each piece of its range how much lies below it, from 0 to 1 (docs/data.md).
   */
  readonly inputs: Tensor;
  /** The inputs before they were distorted; the same where they were not. */
  readonly undistorted: Tensor;
  /**
   * Values of a kept or forgotten attribute, or of the label: of a category one-hot [examples, categories], a row of zeros where an
   * example has none; of a number [examples, 2]: the value with mean 0 and deviation 1 over the training examples, and 1 where there is
   * one, else 0.
   * @throws LetheError GAME_INVALID naming those that there are
   */
  attribute(name: string): Tensor;
}

/** The networks of a game with their parameters in place. */
export interface NetworksOfGame<Network extends string> {
  /**
   * What a network makes of its inputs. In training: with dropout, noise, and the statistics of the batch. Where a phase applies a network
   * twice, both have the same dropout mask and noise, and the running statistics count the last application.
   */
  apply(network: Network, ...inputs: Tensor[]): Tensor;
  /** As `apply`, but without dropout and noise, and running statistics do not count these inputs. */
  applyDeterministic(network: Network, ...inputs: Tensor[]): Tensor;
  /** Of a network that has an inverse: what it maps to these inputs. */
  applyInverse(network: Network, ...inputs: Tensor[]): Tensor;
}

/** What losses, figures and features of a game are computed from. */
export interface GameContext<Settings = unknown, Network extends string = string, Scalar extends string = string> {
  /** Functions of tensors, the same on every engine. Nothing else may compute with tensors. */
  readonly operations: Operations;
  readonly networks: NetworksOfGame<Network>;
  readonly batch: BatchOfGame;
  /** The game's scalars of this round, by name: in losses alone, as nothing else is of a round. Elsewhere reading one is an error. */
  readonly scalars: Readonly<Record<Scalar, Tensor>>;
  readonly settings: Settings;
  readonly facts: FactsOfGame;
}

/** Where in a game something is computed, and what it may read there. */
export interface Place {
  readonly game: string;
  /** For messages: "phase features", "figure kept_accuracy". */
  readonly where: string;
  /** Names of the networks that may be applied there. */
  readonly networks: readonly string[];
  /** Whether it is computed in a round, which has scalars. */
  readonly readsScalars: boolean;
}

/** The context of a loss, as a game sees it. */
export function gameContext<Settings, Network extends string, Scalar extends string>(
  context: LossContext, place: Place, given: { readonly settings: Settings; readonly facts: FactsOfGame; readonly gameFacts: GameFacts },
): GameContext<Settings, Network, Scalar> {
  const { operations, batch, scalars } = context;
  const { settings, facts, gameFacts } = given;
  const shaped = (inputs: Tensor): Tensor => (
    inputs.shape.length === facts.inputShape.length + 1 ? inputs : operations.reshape(inputs, [-1, ...facts.inputShape])
  );
  return {
    operations,
    networks: checkedNetworks(context.networks, place),
    batch: {
      get inputs() { return shaped(batch.images); },
      get undistorted() { return shaped(batch.undistorted); },
      attribute: (name) => attributeOf(batch, name, place.game, gameFacts),
    },
    scalars: (place.readsScalars ? scalars : unreadable(place)) as Readonly<Record<Scalar, Tensor>>,
    settings,
    facts,
  };
}

/** Functions that losses share with figures may take `scalars` out of the context, if only the losses read one. */
function unreadable({ game, where }: Place): object {
  return new Proxy({}, {
    get: (_, name) => {
      if (typeof name === 'symbol') return undefined;
      throw gameError(game, where, 'no scalars, which are of a round and in losses alone', `that it reads scalars.${name}`);
    },
  });
}

function checkedNetworks<Network extends string>(networks: Networks, { game, where, networks: known }: Place): NetworksOfGame<Network> {
  const expectKnown = (network: string): void => {
    if (!known.includes(network)) throw gameError(game, where, `a network among ${known.join(', ')}`, network);
  };
  return {
    apply: (network, ...inputs) => { expectKnown(network); return networks.apply(network, ...inputs); },
    applyDeterministic: (network, ...inputs) => { expectKnown(network); return networks.applyDeterministic(network, ...inputs); },
    applyInverse: (network, ...inputs) => { expectKnown(network); return networks.applyInverse(network, ...inputs); },
  };
}

function attributeOf(batch: Batch, name: string, game: string, facts: GameFacts): Tensor {
  for (const [role, attributes] of [['kept', facts.kept], ['forgotten', facts.forgotten]] as const) {
    const place = attributes.findIndex((attribute) => attribute.name === name);
    if (place === -1) continue;
    return attributes[place]?.isLabel === true ? batch.labels : entryOf(batch.attributes, `${role}.${place}`, 'the batch');
  }
  if (name === LABEL) return batch.labels;
  throw unknownAttribute(game, name, facts);
}
