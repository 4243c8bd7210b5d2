/** Values by name, in either form. */
export type NamedEntries<Value> = ReadonlyMap<string, Value> | Readonly<Record<string, Value>>;

/**
 * The entry of that name, whose absence is a mistake of the program. `owner` begins the message and says whose entries these are, for
 * example "the state of the optimiser".
 */
export function entryOf<Value>(entries: NamedEntries<Value>, name: string, owner: string): Value {
  const value = isMap(entries) ? entries.get(name) : entries[name];
  if (value !== undefined) return value;
  const names = isMap(entries) ? [...entries.keys()] : Object.keys(entries);
  throw new TypeError(`${owner} has no entry "${name}", found ${names.join(', ') || 'no entries'}`);
}

function isMap<Value>(entries: NamedEntries<Value>): entries is ReadonlyMap<string, Value> {
  return entries instanceof Map;
}
