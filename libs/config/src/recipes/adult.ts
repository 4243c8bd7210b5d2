import type { ForgettingConfig } from '../recipe-parts.js';
import type { TableConfig } from '../schema/data.js';
import type { Machine } from '../worker-plan.js';
import { recipe as keepAndForget } from './keep-and-forget.js';

const NAMES = [
  'age', 'workclass', 'fnlwgt', 'education', 'education-num', 'marital-status', 'occupation', 'relationship', 'race', 'sex', 'capital-gain',
  'capital-loss', 'hours-per-week', 'native-country', 'income',
];
const NUMBERS = ['age', 'education-num', 'capital-gain', 'capital-loss', 'hours-per-week'];

/**
 * UCI Adult, of the census of 1994, in its published split: keeps whether somebody earns more than 50,000 dollars a year and forgets their
 * sex. The data folder holds `adult/adult.train` and `adult/adult.test`. `fnlwgt` is a weight of the census, and no input.
 */
export function recipe(machine: Machine): ForgettingConfig {
  const config = keepAndForget(machine);
  const table: TableConfig = {
    files: [{ file: 'adult/adult.train', domain: null, split: 'train' }, { file: 'adult/adult.test', domain: null, split: 'test' }],
    names: NAMES,
    domainColumn: null,
    labelColumn: 'income',
    columns: { ...Object.fromEntries(NUMBERS.map((name) => [name, 'numeric'] as const)), fnlwgt: 'ignored' },
    // The test file ends each class with a dot.
    classes: { '<=50K': ['<=50K', '<=50K.'], '>50K': ['>50K', '>50K.'] },
    // The three rarest values have one row in twenty together: combinations with them would be of a few people.
    categories: { race: { White: ['White'], other: ['Black', 'Asian-Pac-Islander', 'Amer-Indian-Eskimo', 'Other'] } },
  };
  return {
    ...config,
    recipe: 'adult',
    data: { ...config.data, table, keep: ['income'], forget: ['sex'] },
    objective: { ...config.objective, beta: 3 },
  };
}
