import { z } from 'zod';

export const positiveInteger = z.int().min(1);
export const count = z.int().min(0);
export const positive = z.number().positive();
export const weight = z.number().min(0);
/** A part of a whole, such as a dropout rate. */
export const share = z.number().min(0).lt(1);
export const powerOfTwo = positiveInteger.refine((value) => Number.isInteger(Math.log2(value)), 'expected a power of two (1, 2, 4, 8 ...)');
