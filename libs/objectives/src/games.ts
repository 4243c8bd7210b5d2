import { domainAdaptationGame } from './domain-adaptation.js';
import { forgettingGame } from './forgetting.js';
import type { GameDefinition } from './game-definition.js';

/** The games that Lethe comes with, by name. A further one is a file beside this one and a line here. */
export const GAMES: ReadonlyMap<string, GameDefinition> = new Map([forgettingGame, domainAdaptationGame].map((game) => [game.name, game]));
