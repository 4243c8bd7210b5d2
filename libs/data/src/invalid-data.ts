import { LetheError } from '@lethe/errors';

/** What is wrong with data, and where. */
export function invalidData(where: string, expected: string, found: string): LetheError {
  return new LetheError('DATA_INVALID', `${where}: expected ${expected}, found ${found}`, { details: { where, expected, found } });
}
