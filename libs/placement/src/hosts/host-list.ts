import { LetheError } from '@lethe/errors';

/** A host, and how many processes run on it at the same time. */
export interface HostPlaces {
  /** As ssh takes it: a name, an address, an alias of its configuration, with `USER@` before it or not. */
  readonly host: string;
  readonly places: number;
}

/** This machine, to which nobody connects. */
export const LOCALHOST = 'localhost';
const MOST_PLACES = 1024;
/** An address with colons is in brackets. Nothing begins with a dash, which ssh takes for an option. */
const WRITTEN = /^(?:(?<user>[\w.][\w.-]*)@)?(?:\[(?<address>[0-9a-fA-F:.%\w]+)\]|(?<name>[\w.][\w.-]*))(?::(?<places>\d+))?$/;

/**
 * The hosts of a list such as `a,b:4,me@[fd00::1]:2`. One that is named twice has the places of both.
 * @throws LetheError CONFIG_INVALID
 */
export function parseHosts(list: string): HostPlaces[] {
  const places = new Map<string, number>();
  for (const written of list.split(',').map((part) => part.trim())) {
    const found = WRITTEN.exec(written)?.groups;
    const count = Number(found?.['places'] ?? 1);
    if (found === undefined || count < 1 || count > MOST_PLACES) throw invalid(list, written);
    const host = `${found['user'] === undefined ? '' : `${found['user']}@`}${found['address'] ?? found['name'] ?? ''}`;
    places.set(host, (places.get(host) ?? 0) + count);
  }
  return [...places].map(([host, count]) => ({ host, places: count }));
}

function invalid(list: string, written: string): LetheError {
  const expected = `hosts as in a,b:4 (four processes on b; at most ${MOST_PLACES})`;
  const found = written === '' ? `an empty name in ${JSON.stringify(list)}` : JSON.stringify(written);
  return new LetheError('CONFIG_INVALID', `hosts: expected ${expected}, found ${found}`);
}
