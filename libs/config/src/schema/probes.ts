import { z } from 'zod';
import { PROBES } from '../probe-kinds.js';

export const probesSchema = z
  .array(z.enum(PROBES))
  .min(1)
  .refine((kinds) => new Set(kinds).size === kinds.length, 'expected each kind of probe once');
