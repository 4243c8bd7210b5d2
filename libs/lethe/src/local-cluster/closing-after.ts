import { errorMessage } from '@lethe/errors';

/**
 * Uses what is open, then closes it, whatever became of that. What its use failed with is the news: what goes wrong in closing it
 * besides is only told.
 * @throws what `use` does, else what `close` does
 */
export async function closingAfter<Result>(use: () => Promise<Result>, close: () => Promise<void>, notice: (line: string) => void): Promise<Result> {
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
