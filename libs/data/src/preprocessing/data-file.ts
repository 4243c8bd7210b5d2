import { LetheError } from '@lethe/errors';
import { z } from 'zod';
import type { DataFacts, DataSource } from '../model/dataset.js';
import { parsePreprocessing, PREPROCESSING_VERSION, type Preprocessing } from './preprocessing.js';

const counts = z.array(z.number());
const names = z.array(z.string());
const named = { name: z.string(), missing: z.number() };

const keptSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('category'), ...named, categories: names, counts, isLabel: z.boolean() }),
  z.strictObject({
    kind: z.literal('number'), ...named, mean: z.number(), deviation: z.number(), categories: names, bounds: counts, means: counts,
    isLabel: z.literal(false),
  }),
]);

const factsSchema: z.ZodType<DataFacts> = z.strictObject({
  shape: z.strictObject({ height: z.number(), width: z.number(), channels: z.number() }),
  classes: names, trainCount: z.number(), testCount: z.number(), heldOutCount: z.number().nullable(),
  domains: z.array(z.strictObject({
    name: z.string(), trainCount: z.number(), labelledCount: z.number(), testCount: z.number(),
    otherLabels: z.array(z.strictObject({ name: z.string(), count: z.number() })),
  })),
  kept: z.array(keptSchema),
  forgotten: z.array(z.strictObject({
    ...named, of: names, categories: names, counts, countsByLabel: z.array(counts), means: counts.nullable(), isLabel: z.boolean(),
  })),
  fingerprint: z.string(),
});

/** What a run keeps of its data: enough to use its networks where the data are not there. */
export type DescribedData = Pick<DataSource, 'facts' | 'preprocessing'>;

/** The text of a run's `data.json`. */
export function dataFileText({ facts, preprocessing }: DescribedData): string {
  return `${JSON.stringify({ facts, preprocessing }, null, 2)}\n`;
}

/**
 * What the text of a `data.json` holds.
 * @param where names the file, for messages
 * @throws LetheError RUN_INVALID for a file that is damaged, or of another version
 */
export function parseDataFile(text: string, where: string): { readonly facts: DataFacts; readonly preprocessing: Preprocessing } {
  const raw = parsed(text, where);
  const preprocessing = parsePreprocessing(raw['preprocessing'], `${where}, preprocessing`);
  const facts = factsSchema.safeParse(raw['facts']);
  if (facts.success) return { facts: facts.data, preprocessing };
  const [issue] = facts.error.issues;
  const found = `${issue?.message ?? 'others'} at ${['facts', ...issue?.path ?? []].map(String).join('.')}`;
  throw invalid(where, `facts of version ${PREPROCESSING_VERSION}`, found, facts.error);
}

function parsed(text: string, where: string): Readonly<Record<string, unknown>> {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw invalid(where, 'JSON', 'a damaged file', cause);
  }
  if (typeof raw !== 'object' || raw === null) throw invalid(where, 'facts and preprocessing', 'none');
  return raw as Record<string, unknown>;
}

function invalid(where: string, expected: string, found: string, cause?: unknown): LetheError {
  return new LetheError('RUN_INVALID', `${where}: expected ${expected}, found ${found}`, { cause });
}
