import { didYouMean } from '../did-you-mean.js';
import { problemsError, shown } from '../problem.js';
import type { RunConfig } from '../run-config.js';
import type { Machine } from '../worker-plan.js';
import { recipe as adult } from './adult.js';
import { recipe as alikeHospitals } from './alike-hospitals.js';
import { recipe as article } from './article.js';
import { recipe as avatars } from './avatars.js';
import { recipe as colouredDigits } from './coloured-digits.js';
import { recipe as faces } from './faces.js';
import { recipe as facesPaper } from './faces-paper.js';
import { recipe as forget } from './forget.js';
import { recipe as forgetShort } from './forget-short.js';
import { recipe as hospitals } from './hospitals.js';
import { recipe as keepAndForget } from './keep-and-forget.js';
import { recipe as mnistToMnistM } from './mnist-to-mnist-m.js';
import { recipe as mnistToMnistMPaper } from './mnist-to-mnist-m-paper.js';
import { recipe as mnistToUsps } from './mnist-to-usps.js';
import { recipe as ownImages } from './own-images.js';
import { recipe as ownTable } from './own-table.js';
import { recipe as quick } from './quick.js';
import { recipe as svhnToMnist } from './svhn-to-mnist.js';
import { recipe as svhnToMnistPaper } from './svhn-to-mnist-paper.js';
import { recipe as uspsToMnist } from './usps-to-mnist.js';

/** A complete configuration that a user can start from. */
export type Recipe = (machine: Machine) => RunConfig;

export const DEFAULT_RECIPE = 'forget-short';

/** The recipe of every other file in this folder, under the file's name. */
const RECIPES: Readonly<Record<string, Recipe>> = {
  adult,
  'alike-hospitals': alikeHospitals,
  article,
  avatars,
  'coloured-digits': colouredDigits,
  faces,
  'faces-paper': facesPaper,
  forget,
  'forget-short': forgetShort,
  hospitals,
  'keep-and-forget': keepAndForget,
  'mnist-to-mnist-m': mnistToMnistM,
  'mnist-to-mnist-m-paper': mnistToMnistMPaper,
  'mnist-to-usps': mnistToUsps,
  'own-images': ownImages,
  'own-table': ownTable,
  quick,
  'svhn-to-mnist': svhnToMnist,
  'svhn-to-mnist-paper': svhnToMnistPaper,
  'usps-to-mnist': uspsToMnist,
};

export const RECIPE_NAMES: readonly string[] = [DEFAULT_RECIPE, ...Object.keys(RECIPES).filter((name) => name !== DEFAULT_RECIPE).sort()];

/** The recipe of that name. @throws LetheError CONFIG_INVALID naming the known ones */
export function findRecipe(name: unknown, where = 'recipe'): Recipe {
  const recipe = typeof name === 'string' && Object.hasOwn(RECIPES, name) ? RECIPES[name] : undefined;
  if (recipe !== undefined) return recipe;
  const meant = typeof name === 'string' ? didYouMean(name, RECIPE_NAMES) : undefined;
  const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  throw problemsError([{ where, expected: `a recipe (${RECIPE_NAMES.join(', ')})`, found: `${shown(name)}${hint}` }]);
}
