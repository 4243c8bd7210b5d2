import { dirname, resolve } from 'node:path';
import { isCodeLoaded, type CodeRole, type OwnCode } from '@lethe/code';
import { codeNamedBy, isModulePath, problemsError, shown, valueAt, withValue, type ConfigLayer } from '@lethe/config';
import { GAMES } from '@lethe/objectives';
import { loadKeptCode } from '@lethe/run-folder';
import { bundleCode } from './bundle-code.js';

/** Where a game and a reader of data are named: by a module, until it is bundled. */
export const CODE_OF_GAME = 'objective.code';
const KIND_OF_DATA = 'data.kind';
const SHA256 = /^[0-9a-f]{64}$/;

/** Where modules that layers name are looked for. */
export interface ModulePlaces {
  /** Absolute path of the folder where relative paths start. */
  readonly folder: string;
  /** Absolute path of the configuration file: code that it names by its hash lies in its folder. Null: there is none. */
  readonly configFile: string | null;
}

/**
 * Names the modules of layers by what they are to a run: each is bundled once, loaded into this process, and named by its hash.
 */
export class OwnModules {
  readonly #places: ModulePlaces;
  /** By role and file. */
  readonly #bundled = new Map<string, Promise<OwnCode>>();

  constructor(places: ModulePlaces) {
    this.#places = places;
  }

  /** @throws LetheError CODE_INVALID, CODE_MISSING, CONFIG_INVALID for a game that is neither a module nor built in */
  named(layers: readonly ConfigLayer[]): Promise<ConfigLayer[]> {
    return Promise.all(layers.map(async (layer) => {
      const named = await this.#withReader(await this.#withGame(layer));
      const { configFile } = this.#places;
      const isLoaded = codeNamedBy(named.values).every(({ sha256 }) => isCodeLoaded(sha256));
      if (configFile !== null && !isLoaded) await loadKeptCode(named.values, dirname(configFile));
      return named;
    }));
  }

  async #withGame(layer: ConfigLayer): Promise<ConfigLayer> {
    const word = valueAt(layer.values, CODE_OF_GAME);
    if (typeof word !== 'string') return layer;
    if (isModulePath(word)) return withSetting(layer, CODE_OF_GAME, (await this.#bundle('game', word)).sha256);
    if (SHA256.test(word)) return layer;
    return withSetting(withSetting(layer, CODE_OF_GAME, null), 'objective.game', builtInGame(word, layer.label(CODE_OF_GAME)));
  }

  async #withReader(layer: ConfigLayer): Promise<ConfigLayer> {
    const word = valueAt(layer.values, KIND_OF_DATA);
    if (typeof word !== 'string' || !isModulePath(word)) return layer;
    const { name, sha256 } = await this.#bundle('data', word);
    const given = valueAt(layer.values, 'data.own.settings') ?? {};
    return withSetting(withSetting(layer, KIND_OF_DATA, 'own'), 'data.own', { reader: name, code: sha256, settings: given });
  }

  #bundle(role: CodeRole, word: string): Promise<OwnCode> {
    const file = resolve(this.#places.folder, word);
    const key = `${role} ${file}`;
    const bundled = this.#bundled.get(key) ?? bundleCode({ role, file });
    this.#bundled.set(key, bundled);
    return bundled;
  }
}

function withSetting(layer: ConfigLayer, path: string, value: unknown): ConfigLayer {
  return { ...layer, values: withValue(layer.values, path, value) };
}

/** The name of a game that own settings can name: those with a kind of their own are played by recipes. */
function builtInGame(word: string, where: string): string {
  if (GAMES.has(word)) return word;
  throw problemsError([{ where, expected: 'a module that defines a game, such as ./game.ts', found: shown(word) }]);
}
