const NUMBER = /^[+-]?\d+(\.\d+)?$/;

/** Distinct names in order: by value when all are numbers, else by code unit (the same on every machine, unlike a locale). */
export function sortedClassNames(names: Iterable<string>): string[] {
  const distinct = [...new Set(names)].sort(byCodeUnit);
  return distinct.every((name) => NUMBER.test(name)) ? distinct.sort((a, b) => Number(a) - Number(b)) : distinct;
}

/** Order of two strings that does not depend on the language of the machine. */
export function byCodeUnit(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
