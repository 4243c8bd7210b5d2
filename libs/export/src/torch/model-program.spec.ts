import { describe, expect, it } from 'vitest';
import { exampleNetworks, type ExampleName } from '../../testing/example-networks.js';
import { channelsFirst } from '../graph/channels-first.js';
import { recordFunctions } from '../graph/record-functions.js';
import { modelProgram } from './model-program.js';
import { namedConstants, torchName } from './torch-names.js';

function exported(name: ExampleName): { readonly program: string; readonly shapes: Record<string, readonly number[]> } {
  const functions = channelsFirst(recordFunctions(exampleNetworks(name)));
  const constants = namedConstants(functions);
  return {
    program: modelProgram(functions, constants, 'Networks.'),
    shapes: Object.fromEntries(constants.map(({ name: one, node }) => [one, node.shape])),
  };
}

describe('a program of PyTorch', () => {
  it('shows the article\'s networks as layers, one after another', () => {
    const { program, shapes } = exported('the article\'s game');
    expect(program).toContain(`
    def encode(self, images):
        """images [examples, 8, 12, 1] -> features [examples, 10]"""
        # encoder
        x1 = self.encoder.norm1(self.encoder.conv1(images.reshape(-1, 1, 8, 12)))
        x2 = self.encoder.conv2(F.max_pool2d(F.relu(x1), 2, 2))
        x3 = F.max_pool2d(F.relu(self.encoder.norm2(x2)), 2, 2)
        x4 = self.encoder.linear1(x3.permute(0, 2, 3, 1).reshape(-1, 192))
        x5 = self.encoder.linear2(F.leaky_relu(self.encoder.norm3(x4), 0.2))
        return F.leaky_relu(x5, 0.2)
`);
    expect(program).toContain('        self.decoder.deconv1 = nn.ConvTranspose2d(32, 16, 3, stride=2)\n');
    expect(shapes).toMatchObject({
      'encoder.conv1.weight': [16, 1, 3, 3], 'encoder.norm1.running_var': [16], 'encoder.linear1.weight': [512, 192],
      'decoder.deconv1.weight': [32, 16, 3, 3],
    });
    expect(Object.keys(shapes).filter((name) => name.startsWith('classifier'))).toEqual([]);
  });

  it('has the means of a code alone, without its variances', () => {
    const { description: { objective } } = exampleNetworks('rows of a table');
    expect(exported('rows of a table').shapes['encoder.code.weight']).toEqual([objective.encodedSize, 128]);
  });

  it('has a layer for each part that is read of one layer, where another part is not', () => {
    const { program, shapes } = exported('images, erased and variational');
    // PyTorch takes whole numbers alone.
    expect(program).toMatch(/F\.one_hot\(x\d+\.long\(\), 4\)\.float\(\)/);
    expect(Object.entries(shapes).filter(([name]) => name.startsWith('encoder.linear2'))).toEqual([
      ['encoder.linear2_from_0.weight', [6, 512]], ['encoder.linear2_from_0.bias', [6]],
      ['encoder.linear2_from_12.weight', [4, 512]], ['encoder.linear2_from_12.bias', [4]],
    ]);
  });

  it('calls one function from another, and reads statistics of each domain', () => {
    const { program } = exported('domains with statistics of their own');
    expect(program).toContain('self.labelPredictor.linear1(self.encode(images, domains))');
    expect(program).toMatch(/F\.batch_norm\(\n +x\d+,\n +self\.featureExtractor\.norm1_mnist_m\.running_mean,\n/);
    expect(program.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });

  it('has names that Python and PyTorch have no other use for', () => {
    expect(['linear-norm1@a.b.running_mean', 'head-2.linear1.weight', 'lambda.type.0.bias'].map(torchName)).toEqual([
      'linear_norm1_a_b.running_mean', 'head_2.linear1.weight', 'lambda_.type_._0.bias',
    ]);
  });
});
