import type { Association } from '../columns/associations.js';
import type { DataFacts, DataSource, DomainFacts } from '../model/dataset.js';
import type { ColumnDescription, ReadingNote } from '../model/examples.js';
import type { ImageShape, InputValues } from '../model/inputs.js';

/** What is described: a data source, or data that are not fit for a run. */
export interface DataToDescribe extends Omit<DataSource, 'facts' | 'preprocessing'> {
  readonly facts: Pick<DataFacts, 'classes' | 'kept' | 'forgotten'> & { readonly domains: readonly Pick<DomainFacts, 'name'>[] };
}

/** How many examples of a class or of a domain are for what. */
export interface PartCounts {
  readonly name: string;
  /** Without those that are held out. */
  readonly train: number;
  /** By the data themselves; the settings may have others drawn. */
  readonly heldOut: number;
  readonly test: number;
}

/** A domain, and how often it has each class. */
export interface DomainCounts extends PartCounts {
  /** In the order of the classes, training and test examples together. */
  readonly classes: readonly number[];
}

/** Examples with the very same inputs. */
export interface DuplicateReport {
  /** Test examples whose inputs a training example has too. */
  readonly tests: number;
  /** Those of them that have another label than the training example. */
  readonly testsOtherwiseLabelled: number;
  /** Examples, wherever they are, whose inputs came before with another label. */
  readonly otherwiseLabelled: number;
  /** The first test examples that are training examples, each with its twin, by their places. */
  readonly first: readonly { readonly test: string; readonly train: string }[];
}

/** Images in which there is nothing to see. */
export interface PlainImages {
  /** Images of one colour all over. */
  readonly count: number;
  readonly isAll: boolean;
  /** All images are the same one. */
  readonly isAllSame: boolean;
}

/** What people should know of data before they believe what was learnt from them. */
export interface DataReport {
  readonly shape: ImageShape;
  readonly values: InputValues;
  /** Where the inputs are kept, and the bound on what a process keeps in memory, in MiB. */
  readonly kept: string;
  readonly memoryMiB: number;
  readonly total: PartCounts;
  readonly hasHeldOut: boolean;
  /** Those without a label come last, if there are any. */
  readonly classes: readonly PartCounts[];
  readonly classNames: readonly string[];
  /** None if the data are of one population. */
  readonly domains: readonly DomainCounts[];
  /** How each column was read, and what is in it. */
  readonly columns: readonly ColumnDescription[];
  /** The most that one attribute tells of another, strongest first, counted on `countedRows` rows. */
  readonly associations: readonly Association[];
  readonly countedRows: number;
  readonly duplicates: DuplicateReport;
  /** Null: the inputs are no images. */
  readonly plainImages: PlainImages | null;
  /** Warnings that the examples themselves give rise to. */
  readonly findings: readonly string[];
  /** What there was to say when they were read. */
  readonly notes: readonly ReadingNote[];
}
