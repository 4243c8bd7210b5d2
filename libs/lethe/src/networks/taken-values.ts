import type { PlacedAttribute } from '@lethe/evaluation';
import { formatCount } from '@lethe/telemetry';
import type { OwnValues } from './own-values.js';

/** More examples are not spoken of one by one. */
const MOST_NAMED = 10;

/** Says which values examples were taken to have, since nobody said them. */
export class TakenValues {
  readonly #attributes: readonly PlacedAttribute[];
  readonly #set: ReadonlyMap<string, number>;
  readonly #named: string[] = [];
  readonly #counts = new Map<string, number[]>();
  #examples = 0;

  /** @param set values that were said, of all examples */
  constructor(attributes: readonly PlacedAttribute[], set: ReadonlyMap<string, number>) {
    this.#attributes = attributes;
    this.#set = set;
  }

  add(files: readonly string[], own: OwnValues): void {
    for (const [index, file] of files.entries()) {
      const values = this.#attributes.map(({ name, categories }) => `${name}=${categories[own.get(name)?.[index] ?? 0] ?? ''}`);
      if (this.#examples < MOST_NAMED) this.#named.push(`${file.replace(/\.png$/, '')}: ${values.join(', ')}`);
      this.#examples += 1;
    }
    for (const { name, categories } of this.#attributes) {
      const counts = this.#counts.get(name) ?? categories.map(() => 0);
      for (const value of own.get(name) ?? []) counts[value] = (counts[value] ?? 0) + 1;
      this.#counts.set(name, counts);
    }
  }

  lines(): string[] {
    const open = this.#attributes.filter(({ name }) => !this.#set.has(name)).map(({ name }) => name);
    if (open.length === 0) return [];
    const which = `the values of ${open.join(', ')} with which they are rebuilt best`;
    const how = `pictures are taken to have ${which} (--set NAME=VALUE says others)`;
    if (this.#examples <= MOST_NAMED) return [how, ...this.#named];
    return [how, ...this.#attributes.map(({ name, categories }) => (
      `${name}: ${categories.map((value, index) => `${value} ${formatCount(this.#counts.get(name)?.[index] ?? 0)}`).join(', ')}`
    ))];
  }
}
