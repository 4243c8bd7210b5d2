import { z } from 'zod';
import { runConfigSchema } from './run-config.js';

function collect(schema: unknown, path: string, into: Set<string>): void {
  if (schema instanceof z.ZodNullable) {
    collect(schema.unwrap(), path, into);
  } else if (schema instanceof z.ZodDiscriminatedUnion) {
    for (const option of schema.options) collect(option, path, into);
  } else if (schema instanceof z.ZodObject) {
    for (const [key, value] of Object.entries(schema.shape)) collect(value, path === '' ? key : `${path}.${key}`, into);
  } else {
    into.add(path);
  }
}

const paths = new Set<string>();
collect(runConfigSchema, '', paths);

/** Dotted path of every setting of a run, every kind of optimiser included. */
export const KNOWN_SETTINGS: readonly string[] = [...paths];
