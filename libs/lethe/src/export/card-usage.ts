import type { ExportedFunction, ExportedTensor } from '@lethe/export';

/** How each function is called in each program. */
export function usageLines(functions: readonly ExportedFunction[]): string[] {
  return [
    'The inputs here are those of `check.npz`, or zeros.', '',
    ...section('PyTorch', 'python', [
      'import numpy as np', 'import torch', 'from model import load', '', "check = np.load('check.npz')", 'model = load()',
      'with torch.no_grad():',
      ...functions.map((one) => `    ${one.output.name} = model.${METHODS[one.name] ?? one.name}(${torchInputs(one)})`),
    ]),
    ...section('ONNX', 'python', [
      'import numpy as np', 'import onnxruntime', '', "check = np.load('check.npz')",
      ...functions.flatMap(({ name, inputs, output }) => [
        `${name} = onnxruntime.InferenceSession('${name}.onnx')`,
        `${output.name} = ${name}.run(['${output.name}'], {${inputs.map(onnxInput).join(', ')}})[0]`,
      ]),
    ]),
    ...section('TensorFlow', 'python', [
      'import numpy as np', 'import tensorflow as tf', '', "check = np.load('check.npz')", "model = tf.saved_model.load('saved_model')",
      ...functions.map(({ name, inputs, output }) => (
        `${output.name} = model.signatures['${name}'](${inputs.map((input) => (
          `${input.name}=tf.constant(check['${input.name}'])`
        )).join(', ')})['${output.name}']`
      )),
      '# The signature serving_default is the encoder.',
    ]),
    ...section('In a browser', 'js', [
      '// With the backend cpu or webgl. The backend wasm gives other features.',
      "import * as tf from '@tensorflow/tfjs';", '', "const model = await tf.loadGraphModel('tfjs/model.json');",
      ...functions.map(({ name, inputs, output }) => (
        `const ${camelCase(output.name)} = model.execute({ ${inputs.map(example).join(', ')} }, '${name}/${output.name}');`
      )),
    ]).slice(0, -1),
  ];
}

const METHODS: Readonly<Record<string, string>> = { encoder: 'encode', decoder: 'decode', predictor: 'predict' };

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

function camelCase(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}
