import { z } from 'zod';

const named = { name: z.string(), /** Whether one number more is 1 where the value is missing. */ marksMissing: z.boolean() };

/** What is known of an input column once it has been fitted to the training rows: enough to turn any row's cell into numbers. */
export const fittedColumnSchema = z.discriminatedUnion('encoding', [
  /** One number: value minus mean, divided by the deviation. */
  z.strictObject({ kind: z.literal('number'), encoding: z.literal('standardised'), ...named, mean: z.number(), deviation: z.number() }),
  /** A number for each piece between two edges that follow each other: the share of it that lies below the value, 0 to 1. */
  z.strictObject({ kind: z.literal('number'), encoding: z.literal('pieces'), ...named, edges: z.array(z.number()) }),
  /** A number for each category, 1 where a row has it. */
  z.strictObject({ kind: z.literal('category'), encoding: z.literal('one-hot'), ...named, categories: z.array(z.string()) }),
  /** 64 numbers of 1/8, whose signs are the first 64 bits of the SHA-256 of the category's name; bit 0 of a byte comes first. */
  z.strictObject({ kind: z.literal('category'), encoding: z.literal('hashed'), ...named, categories: z.array(z.string()) }),
]);

/**
 * An input column of a table as the training rows fitted it. A missing value is all zeros, and so is a category that is not among the
 * column's own.
 */
export type FittedColumn = z.infer<typeof fittedColumnSchema>;
