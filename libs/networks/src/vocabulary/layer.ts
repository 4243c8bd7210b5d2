import { LetheError } from '@lethe/errors';
import type { Tensor } from '@tensorflow/tfjs';
import type { ForwardContext, LayerSummary, NormalisationSpec, TensorSpec } from '../network.js';

/** Sizes of one example: [numbers], [positions, channels] or [height, width, channels]. */
export type ExampleShape = readonly number[];

/** A layer of a network, before it is known what it reads. */
export interface Layer {
  /** What it is called in names and messages, with a number: the second "linear" of a network is "linear2". */
  readonly kind: string;
  /**
   * The layer behind an input of that shape.
   *
   * @throws LetheError GAME_INVALID if it cannot read such an input
   */
  readonly place: (name: string, input: ExampleShape) => PlacedLayer;
}

/** A layer that knows its name and the shape of its input. */
export interface PlacedLayer {
  readonly output: ExampleShape;
  readonly tensors?: readonly TensorSpec[];
  readonly normalisations?: readonly NormalisationSpec[];
  /** Of a layer that consists of others. */
  readonly layers?: readonly LayerSummary[];
  /** [examples, ...input] -> [examples, ...output]. */
  readonly forward: (context: ForwardContext, input: Tensor) => Tensor;
}

/** Several layers, each reading what the one before it gives. */
export interface PlacedLayers extends Required<PlacedLayer> {
  readonly input: ExampleShape;
  /** What one of them gives and those behind it read, by its index from 0. */
  readonly outputs: readonly ExampleShape[];
  /** What those from `begin` to before `end` make of what the one before them gives, by their indices from 0. */
  readonly forwardThrough: (context: ForwardContext, input: Tensor, begin: number, end?: number) => Tensor;
}

/**
 * Puts layers one behind the other.
 *
 * @param within begins their names: "" or "residual1."
 * @throws LetheError GAME_INVALID for what is no layer, and if a layer cannot read what the one before it gives
 */
export function placeLayers(layers: readonly Layer[], input: ExampleShape, within = ''): PlacedLayers {
  const counts = new Map<string, number>();
  const placed: { name: string; input: ExampleShape; layer: PlacedLayer }[] = [];
  let shape = input;
  for (const [index, layer] of layers.entries()) {
    checkLayer(layer, index, within);
    const count = (counts.get(layer.kind) ?? 0) + 1;
    counts.set(layer.kind, count);
    const name = `${within}${layer.kind}${count}`;
    const made = layer.place(name, shape);
    placed.push({ name, input: shape, layer: made });
    shape = made.output;
  }
  const forwardThrough: PlacedLayers['forwardThrough'] = (context, tensor, begin, end) => (
    placed.slice(begin, end).reduce((before, { layer }) => layer.forward(context, before), tensor)
  );
  return {
    input,
    output: shape,
    outputs: placed.map(({ layer }) => layer.output),
    tensors: placed.flatMap(({ layer }) => layer.tensors ?? []),
    normalisations: placed.flatMap(({ layer }) => layer.normalisations ?? []),
    layers: placed.flatMap(({ name, input: inputShape, layer }) => [
      { name, inputShape, outputShape: layer.output, parameters: numbersOf(layer.tensors ?? []) }, ...layer.layers ?? [],
    ]),
    forward: (context, tensor) => forwardThrough(context, tensor, 0),
    forwardThrough,
  };
}

function checkLayer(layer: unknown, index: number, within: string): asserts layer is Layer {
  if (typeof layer === 'object' && layer !== null && 'kind' in layer && 'place' in layer) return;
  const found = typeof layer === 'function' ? `the function ${layer.name}: call it, as in ${layer.name || 'relu'}()` : typeof layer;
  const place = within === '' ? '' : ` of ${within.slice(0, -1)}`;
  throw new LetheError('GAME_INVALID', `Layer ${index + 1}${place}: expected a layer, found ${found}.`);
}

function numbersOf(tensors: readonly TensorSpec[]): number {
  return tensors.reduce((sum, { shape }) => sum + sizeOfShape(shape), 0);
}

/** How many numbers a shape has. */
export function sizeOfShape(shape: ExampleShape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** "[8, 8, 3]". */
export function shapeText(shape: ExampleShape): string {
  return `[${shape.join(', ')}]`;
}

/** The error of a layer that cannot read its input. @param expected shapes that it can read */
export function unfitting(name: string, expected: string, found: ExampleShape, wayOut: string): LetheError {
  return new LetheError('GAME_INVALID', `The layer ${name} expects ${expected}, found ${shapeText(found)}. ${wayOut}`);
}

/** @throws LetheError GAME_INVALID unless a setting of a layer is a whole number of at least 1 */
export function checkCount(layer: string, setting: string, value: unknown): void {
  if (Number.isInteger(value) && (value as number) >= 1) return;
  throw new LetheError('GAME_INVALID', `The layer ${layer}: expected a whole number of at least 1 as ${setting}, found ${String(value)}.`);
}
