import { errorMessage } from '@lethe/errors';

/**
 * Uses what is open, then closes it, also after a failure. The failure of its use is the one that is thrown: what goes wrong in closing
 * besides is a notice.
 * @throws what `use` does, else what `close` does
 */
export async function closingAfter<Result>(
  use: () => Promise<Result>,
  close: () => Promise<void>,
  notice: (line: string) => void,
): Promise<Result> {
  let result: Result;
  try {
    result = await use();
  } catch (error) {
    await close().catch((second: unknown) => { notice(`warning: ${errorMessage(second)}`); });
    throw error;
  }
  await close();
  return result;
}
