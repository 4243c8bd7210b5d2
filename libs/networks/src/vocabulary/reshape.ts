import { checkCount, sizeOfShape, unfitting, shapeText, type ExampleShape, type Layer } from './layer.js';

/** The same numbers in another shape: [28, 28, 1] -> [784] by `reshape([784])`. */
export function reshape(shape: ExampleShape): Layer {
  return {
    kind: 'reshape',
    place: (name, input) => {
      for (const size of shape) checkCount(name, 'size', size);
      const numbers = sizeOfShape(shape);
      if (numbers !== sizeOfShape(input)) {
        throw unfitting(
          name, `${numbers} numbers for ${shapeText(shape)}`, input,
          `Its input has ${sizeOfShape(input)} numbers: give it a shape of as many.`,
        );
      }
      return { output: shape, forward: ({ operations }, x) => operations.reshape(x, [-1, ...shape]) };
    },
  };
}

/** All numbers of an example in a row: [height, width, channels] -> [height * width * channels]. */
export function flatten(): Layer {
  return { kind: 'flatten', place: (name, input) => reshape([sizeOfShape(input)]).place(name, input) };
}
