/** The entry of that name, which must be there. */
export function named<Value>(record: Readonly<Record<string, Value>>, name: string): Value {
  const value = record[name];
  if (value === undefined) throw new RangeError(`optimiser state lacks "${name}", found ${Object.keys(record).join(', ') || 'nothing'}`);
  return value;
}
