/** A column's name as a shell takes it after a flag: "Patient ID" needs quotes. */
export function flagValue(name: string): string {
  return /^[\p{L}\p{N}_./:@%+-]+$/u.test(name) ? name : `'${name.replaceAll("'", String.raw`'\''`)}'`;
}
