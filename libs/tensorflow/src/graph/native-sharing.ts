import type { InputValues, Signature } from '../compiled-step.js';
import type { NativeBinding } from '../native-backend.js';
import type { EarlyComputation, SharedComputation, SharedValues } from '../shared-computation.js';
import { feed, type Fed } from './feed.js';

/** A part of a loaded graph: what to feed, and what to fetch. */
export interface Provider {
  readonly session: number;
  /** Inputs that it needs, by name, with their place. */
  readonly feeds: ReadonlyMap<string, string>;
  /** What it takes of another part's results: identity by place. */
  readonly takes: ReadonlyMap<string, string>;
  readonly signature: Signature;
  /** Places to fetch, by identity. */
  readonly fetches: ReadonlyMap<string, string>;
}

/** Tensors of the addon by the identity of what they are. */
export class NativeSharedValues implements SharedValues {
  /** Its own, and those that it goes on from. */
  readonly handles: ReadonlyMap<string, number>;
  /** Whether they are of one step's early part. */
  readonly isEarly: boolean;
  readonly #binding: NativeBinding;
  readonly #own: readonly number[];

  constructor(binding: NativeBinding, own: ReadonlyMap<string, number>, { isEarly, from }: { readonly isEarly: boolean; readonly from?: NativeSharedValues | undefined }) {
    this.#binding = binding;
    this.#own = [...own.values()];
    this.isEarly = isEarly;
    this.handles = from === undefined ? own : new Map([...from.handles, ...own]);
  }

  dispose(): void {
    for (const handle of this.#own) this.#binding.deleteTensor(handle);
  }
}

/** Runs the part that several graphs share, in one of the graphs that have it. */
export class NativeSharedComputation implements SharedComputation {
  readonly inputs: readonly string[];
  readonly #binding: NativeBinding;
  readonly #providers: readonly Provider[];

  constructor(binding: NativeBinding, inputs: readonly string[], providers: readonly Provider[]) {
    this.inputs = inputs;
    this.#binding = binding;
    this.#providers = providers;
  }

  run(inputs: Readonly<Partial<Record<string, InputValues>>>): NativeSharedValues {
    return new NativeSharedValues(this.#binding, new Map(this.#providers.flatMap((provider) => [...runPart(this.#binding, provider, inputs)])), { isEarly: false });
  }
}

/** Runs what a graph can compute before the rest. */
export class NativeEarlyComputation implements EarlyComputation {
  readonly #binding: NativeBinding;
  readonly #provider: Provider;

  constructor(binding: NativeBinding, provider: Provider) {
    this.#binding = binding;
    this.#provider = provider;
  }

  run(inputs: Readonly<Partial<Record<string, InputValues>>>, shared?: SharedValues): NativeSharedValues {
    const from = shared as NativeSharedValues | undefined;
    return new NativeSharedValues(this.#binding, runPart(this.#binding, this.#provider, inputs, from), { isEarly: true, from });
  }
}

/** The fetched tensors by identity. */
function runPart(binding: NativeBinding, { session, feeds, takes, fetches, signature }: Provider, inputs: Readonly<Partial<Record<string, InputValues>>>, from?: NativeSharedValues): Map<string, number> {
  const fed: Fed = feed(binding, signature, inputs, [...feeds.keys()]);
  try {
    const taken = [...takes.values()].map((identity) => from?.handles.get(identity) as number);
    const places = [...feeds.values(), ...takes.keys()].join(',');
    const results = binding.runSavedModel(session, [...fed.handles, ...taken], places, [...fetches.values()].join(','));
    return new Map([...fetches.keys()].map((identity, index) => [identity, (results[index] as { id: number }).id]));
  } finally {
    for (const handle of fed.own) binding.deleteTensor(handle);
  }
}
