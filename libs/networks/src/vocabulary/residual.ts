import { placeLayers, shapeText, unfitting, type Layer } from './layer.js';

/** What a residual block adds to what its layers give. */
export interface ResidualOptions {
  /** Layers between the block's input and the sum, where the shapes differ; none unless said. */
  readonly shortcut?: readonly Layer[];
}

/** The input, added to what layers make of it. */
export function residual(layers: readonly Layer[], { shortcut = [] }: ResidualOptions = {}): Layer {
  return {
    kind: 'residual',
    place: (name, input) => {
      const [block, side] = [placeLayers(layers, input, `${name}.`), placeLayers(shortcut, input, `${name}.shortcut.`)];
      if (shapeText(block.output) !== shapeText(side.output)) {
        throw unfitting(
          name, `layers that give ${shapeText(side.output)}, as what they are added to`, block.output,
          'Change its last layer, or give it { shortcut: [...] } with layers that bring its input to that shape.',
        );
      }
      return {
        output: block.output,
        tensors: [...block.tensors, ...side.tensors],
        normalisations: [...block.normalisations, ...side.normalisations],
        layers: [...block.layers, ...side.layers],
        forward: (context, x) => context.operations.add(side.forward(context, x), block.forward(context, x)),
      };
    },
  };
}
