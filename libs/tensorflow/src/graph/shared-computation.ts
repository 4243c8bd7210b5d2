import type { NativeBinding } from '../native-backend.js';
import type { InputValues, SharedComputation, SharedValues, Signature } from '../steps/compiled-step.js';
import { feed, type Fed } from './feed.js';

/** A loaded graph that makes some of the shared outputs. */
export interface Provider {
  readonly session: number;
  /** Shared inputs that it needs, by name, with their place. */
  readonly feeds: ReadonlyMap<string, string>;
  readonly signature: Signature;
  /** Places to fetch, by identity. */
  readonly fetches: ReadonlyMap<string, string>;
}

/** Handles of shared outputs, by identity. */
export class GraphSharedValues implements SharedValues {
  readonly handles: ReadonlyMap<string, number>;
  readonly #binding: NativeBinding;

  constructor(binding: NativeBinding, handles: ReadonlyMap<string, number>) {
    this.#binding = binding;
    this.handles = handles;
  }

  dispose(): void {
    for (const handle of this.handles.values()) this.#binding.deleteTensor(handle);
  }
}

/** Runs the part that several graphs share, in one of the graphs that have it. */
export class GraphSharedComputation implements SharedComputation {
  readonly inputs: readonly string[];
  readonly #binding: NativeBinding;
  readonly #providers: readonly Provider[];

  constructor(binding: NativeBinding, inputs: readonly string[], providers: readonly Provider[]) {
    this.#binding = binding;
    this.inputs = inputs;
    this.#providers = providers;
  }

  run(inputs: Readonly<Partial<Record<string, InputValues>>>): GraphSharedValues {
    const handles = new Map<string, number>();
    for (const { session, feeds, fetches, signature } of this.#providers) {
      const fed: Fed = feed(this.#binding, signature, inputs, [...feeds.keys()]);
      try {
        const places = [...feeds.values()].join(',');
        const results = this.#binding.runSavedModel(session, [...fed.handles], places, [...fetches.values()].join(','));
        [...fetches.keys()].forEach((identity, index) => handles.set(identity, (results[index] as { id: number }).id));
      } finally {
        for (const handle of fed.own) this.#binding.deleteTensor(handle);
      }
    }
    return new GraphSharedValues(this.#binding, handles);
  }
}
