/** @throws RangeError for a row that is not there */
export function expectRow(row: number, count: number): void {
  if (row >= count) throw new RangeError(`row of inputs: expected 0 to ${count - 1}, found ${row}`);
}
