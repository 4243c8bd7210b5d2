import type { Preprocessing } from '@lethe/data';
import type { RunEvaluation } from '@lethe/evaluation';
import type { ExportedFunction } from '@lethe/export';
import type { RunDescription } from '@lethe/graphs';

/** What a model card is filled from. */
export interface CardContents {
  /** Name of the run. */
  readonly name: string;
  readonly description: RunDescription;
  /** Played when the checkpoint was made. */
  readonly rounds: number;
  /** Of this very checkpoint; null: it was not measured. */
  readonly evaluation: RunEvaluation | null;
  readonly preprocessing: Preprocessing;
  readonly functions: readonly ExportedFunction[];
  /** Numbers that were learnt or measured. */
  readonly parameters: number;
  /** What `check.npz` was computed of and with. */
  readonly check: { readonly source: 'test examples' | 'made'; readonly engine: string; readonly tolerance: number };
  /** Of Lethe. */
  readonly version: string;
}
