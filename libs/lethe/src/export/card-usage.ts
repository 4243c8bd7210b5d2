import type { ExportedFunction, ExportedTensor } from '@lethe/export';

/** How each function is called in each program. */
export function usageLines(functions: readonly ExportedFunction[]): string[] {
  const predicts = functions.some(predictsAttributes);
  return [
    'The inputs here are those of `check.npz`, or zeros.', '',
    ...section('PyTorch', 'python', [
      'import numpy as np', 'import torch', 'from model import load', '', "check = np.load('check.npz')", 'model = load()',
      'with torch.no_grad():',
      ...functions.map((one) => `    ${givenBy(one)} = model.${METHODS[one.name] ?? one.name}(${torchInputs(one)})`),
      ...(predicts ? ['# `predicted` has tensors by their names.'] : []),
    ]),
    ...section('ONNX', 'python', [
      'import numpy as np', 'import onnxruntime', '', "check = np.load('check.npz')",
      ...functions.flatMap((one) => {
        const { name, inputs, outputs } = one;
        const named = outputs.map((output) => `'${output.name}'`).join(', ');
        return [
          `${name} = onnxruntime.InferenceSession('${name}.onnx')`,
          `${givenBy(one)} = ${name}.run([${named}], {${inputs.map(onnxInput).join(', ')}})${predictsAttributes(one) ? '' : '[0]'}`,
        ];
      }),
    ]),
    ...section('TensorFlow', 'python', [
      'import numpy as np', 'import tensorflow as tf', '', "check = np.load('check.npz')", "model = tf.saved_model.load('saved_model')",
      ...functions.map((one) => (
        `${givenBy(one)} = model.signatures['${one.name}'](${one.inputs.map((input) => (
          `${input.name}=tf.constant(check['${input.name}'])`
        )).join(', ')})${predictsAttributes(one) ? '' : `['${givenBy(one)}']`}`
      )),
      `# The signature serving_default is the encoder.${predicts ? ' `predicted` has tensors by their names.' : ''}`,
    ]),
    ...section('In a browser', 'js', [
      "import * as tf from '@tensorflow/tfjs';", '', "const model = await tf.loadGraphModel('tfjs/model.json');",
      ...functions.map((one) => {
        const nodes = one.outputs.map(({ name }) => `'${one.name}/${name}'`).join(', ');
        return `const ${givenBy(one)} = model.execute({ ${one.inputs.map(example).join(', ')} }, `
          + `${predictsAttributes(one) ? `[${nodes}]` : nodes});`;
      }),
    ]).slice(0, -1),
  ];
}

const METHODS: Readonly<Record<string, string>> = { encoder: 'encode', decoder: 'decode', predictor: 'predict' };

function predictsAttributes({ outputs }: ExportedFunction): boolean {
  return outputs.some(({ attribute }) => attribute !== null);
}

/** What lines of a program call what a function gives. */
function givenBy(one: ExportedFunction): string {
  return predictsAttributes(one) ? 'predicted' : one.outputs[0]?.name ?? '';
}

function section(title: string, language: string, lines: readonly string[]): string[] {
  return [`### ${title}`, '', `\`\`\`${language}`, ...lines, '```', ''];
}

function torchInputs({ inputs }: ExportedFunction): string {
  return inputs.map(({ name }) => `torch.from_numpy(check['${name}'])`).join(', ');
}

function onnxInput({ name }: ExportedTensor): string {
  return `'${name}': check['${name}']`;
}

/** One example of zeros. */
function example({ name, shape }: ExportedTensor): string {
  return `${name}: tf.zeros([${shape.map((size) => (size < 0 ? 1 : size)).join(', ')}])`;
}
