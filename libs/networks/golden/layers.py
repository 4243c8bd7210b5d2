"""What layers give and their gradients, computed with PyTorch in float64: `python layers.py > layers.json`.

The cases are those of testing/layer-cases.ts. All tensors lie as in Lethe: images [examples, height, width, channels], signals
[examples, length, channels], linear weights [in, out], filters [height, width, in, out]. Number i of the j-th tensor of a network starts at
sin(0.7 i + j + 1) / 2, number i of the input is sin(1.3 i + 0.5). The loss is the sum of output i times cos(0.9 i).

Of every tensor there are its length, its first number, and the sum of number i times sin(i + 1), in this order. `deviations` has what numbers of PyTorch's
own layers start with: their root mean square.
"""
import json
import math

import torch
import torch.nn.functional as F
from torch import nn

EXAMPLES = 4


def wave(size, step, start):
    return torch.sin(torch.arange(size, dtype=torch.float64) * step + start)


def summary(tensor):
    values = tensor.detach().double().reshape(-1)
    return [len(values), rounded(values[0]), rounded((values * wave(len(values), 1, 1)).sum())]


def rounded(number):
    return float(f'{number.item():.9g}')


def images(function):
    """Of what takes [examples, channels, ...], what takes [examples, ..., channels]."""
    return lambda x: function(x.movedim(-1, 1)).movedim(1, -1)


def conv2d(x, weight, bias, **options):
    return F.conv2d(x.movedim(-1, 1), weight.permute(3, 2, 0, 1), bias, **options).movedim(1, -1)


def conv1d(x, weight, bias, **options):
    return F.conv1d(x.movedim(-1, 1), weight[:, 0].permute(2, 1, 0), bias, **options).movedim(1, -1)


def same(x, rows, columns):
    """Zeros around images, (before, behind) for rows and columns."""
    return F.pad(x, (0, 0, *columns, *rows))


def transposed2d(x, weight, bias, **options):
    return F.conv_transpose2d(x.movedim(-1, 1), weight.permute(3, 2, 0, 1), bias, **options).movedim(1, -1)


def transposed1d(x, weight, bias, **options):
    return F.conv_transpose1d(x.movedim(-1, 1), weight[:, 0].permute(2, 1, 0), bias, **options).movedim(1, -1)


def batch_norm(x, weight, bias):
    return images(lambda y: F.batch_norm(y, None, None, weight, bias, training=True))(x)


def attention(x, weight, bias, output_weight, output_bias, heads):
    rows = x.reshape(x.shape[0], -1, x.shape[-1]).transpose(0, 1)
    result, _ = F.multi_head_attention_forward(
        rows, rows, rows, x.shape[-1], heads, weight.T, bias, None, None, False, 0.0, output_weight.T, output_bias, need_weights=False,
    )
    return result.transpose(0, 1).reshape(x.shape)


def residual(x, weight, bias, second_weight, second_bias, shortcut_weight, shortcut_bias):
    block = conv2d(F.relu(conv2d(x, weight, bias, stride=2, padding=1)), second_weight, second_bias, padding=1)
    return conv2d(x, shortcut_weight, shortcut_bias, stride=2) + block


IMAGE, SIGNAL, ROW = (6, 5, 4), (9, 4), (6,)

# Name: (shape of an example, shapes of the tensors, function).
CASES = {
    'linear': (ROW, [(6, 3), (3,)], lambda x, w, b: x @ w + b),
    'convolution, same': (IMAGE, [(3, 3, 4, 2), (2,)], lambda x, w, b: conv2d(x, w, b, padding=1)),
    'convolution, same, strided': (IMAGE, [(3, 3, 4, 2), (2,)], lambda x, w, b: conv2d(same(x, (0, 1), (1, 1)), w, b, stride=2)),
    'convolution, valid': (IMAGE, [(3, 2, 4, 2), (2,)], lambda x, w, b: conv2d(x, w, b, stride=2)),
    'convolution, padded': (IMAGE, [(3, 3, 4, 2), (2,)], lambda x, w, b: conv2d(x, w, b, stride=2, padding=2)),
    'convolution of signals': (SIGNAL, [(5, 1, 4, 3), (3,)], lambda x, w, b: conv1d(x, w, b, stride=2, padding=2)),
    'transposed convolution, same': (
        IMAGE, [(4, 4, 3, 4), (3,)], lambda x, w, b: transposed2d(x, w, b, stride=2, padding=1)),
    'transposed convolution, valid': (IMAGE, [(3, 3, 3, 4), (3,)], lambda x, w, b: transposed2d(x, w, b, stride=2)),
    'transposed convolution of signals': (SIGNAL, [(4, 1, 3, 4), (3,)], lambda x, w, b: transposed1d(x, w, b, stride=2, padding=1)),
    'transposed convolution without a bias': (
        IMAGE, [(4, 4, 3, 4)], lambda x, w: transposed2d(x, w, None, stride=2, padding=1)),
    'upsample': (IMAGE, [], images(lambda x: F.interpolate(x, scale_factor=2, mode='nearest'))),
    'upsample of signals': (SIGNAL, [], images(lambda x: F.interpolate(x, scale_factor=3, mode='nearest'))),
    'batchNorm of rows': (ROW, [(6,), (6,)], batch_norm),
    'batchNorm of images': (IMAGE, [(4,), (4,)], batch_norm),
    'batchNorm of signals': (SIGNAL, [(4,), (4,)], batch_norm),
    'layerNorm of rows': (ROW, [(6,), (6,)], lambda x, w, b: F.layer_norm(x, (6,), w, b)),
    'layerNorm of signals': (SIGNAL, [(4,), (4,)], lambda x, w, b: F.layer_norm(x, (4,), w, b)),
    'groupNorm of rows': (ROW, [(6,), (6,)], lambda x, w, b: images(lambda y: F.group_norm(y, 2, w, b))(x)),
    'groupNorm of images': (IMAGE, [(4,), (4,)], lambda x, w, b: images(lambda y: F.group_norm(y, 2, w, b))(x)),
    'instanceNorm of images': (IMAGE, [], images(F.instance_norm)),
    'instanceNorm of signals': (SIGNAL, [(4,), (4,)], lambda x, w, b: images(lambda y: F.instance_norm(y, weight=w, bias=b))(x)),
    'relu': (ROW, [], F.relu),
    'leakyRelu': (ROW, [], F.leaky_relu),
    'tanh': (ROW, [], torch.tanh),
    'sigmoid': (ROW, [], torch.sigmoid),
    'gelu': (ROW, [], F.gelu),
    'silu': (ROW, [], F.silu),
    'softmax': (SIGNAL, [], lambda x: F.softmax(x, -1)),
    'logSoftmax': (SIGNAL, [], lambda x: F.log_softmax(x, -1)),
    'maxPool': (IMAGE, [], images(lambda x: F.max_pool2d(x, 3, 2))),
    'maxPool of signals': (SIGNAL, [], images(lambda x: F.max_pool1d(x, 2))),
    'averagePool': (IMAGE, [], images(lambda x: F.avg_pool2d(x, 3, 2))),
    'averagePool of signals': (SIGNAL, [], images(lambda x: F.avg_pool1d(x, 2))),
    'globalAveragePool': (IMAGE, [], lambda x: x.mean((1, 2))),
    'globalMaxPool': (IMAGE, [], lambda x: x.amax((1, 2))),
    'flatten': (IMAGE, [], lambda x: x.flatten(1)),
    'reshape': (ROW, [], lambda x: x.reshape(-1, 3, 2)),
    'residual': (
        IMAGE, [(3, 3, 4, 2), (2,), (3, 3, 2, 2), (2,), (1, 1, 4, 2), (2,)], residual),
    'attention': (SIGNAL, [(4, 12), (12,), (4, 4), (4,)], lambda x, *tensors: attention(x, *tensors, heads=2)),
    'attention of images': (IMAGE, [(4, 12), (12,), (4, 4), (4,)], lambda x, *tensors: attention(x, *tensors, heads=1)),
    'embedding of categories': (ROW, [(6, 3)], lambda x, w: x @ w),
    'embedding of indices': (ROW, [(5, 3)], lambda x, w: F.embedding(indices(x), w)),
}


def indices(x):
    """Of the inputs of the case, which are whole numbers there: 0, 1, 2, 3, 4, 0 ..."""
    return (torch.arange(x.numel()) % 5).reshape(x.shape)


def play(shape, tensor_shapes, function):
    count = EXAMPLES * math.prod(shape)
    x = wave(count, 1.3, 0.5).reshape(EXAMPLES, *shape).requires_grad_()
    tensors = [
        (wave(math.prod(one), 0.7, place + 1) / 2).reshape(one).requires_grad_() for place, one in enumerate(tensor_shapes)
    ]
    output = function(x, *tensors)
    (output.reshape(-1) * torch.cos(torch.arange(output.numel(), dtype=torch.float64) * 0.9)).sum().backward()
    gradient = torch.zeros_like(x) if x.grad is None else x.grad
    return {
        'shape': list(output.shape), 'output': summary(output), 'input_gradient': summary(gradient),
        'gradients': [summary(one.grad) for one in tensors],
    }


def deviations():
    torch.manual_seed(1)
    layers = {
        'linear': nn.Linear(200, 100), 'convolution': nn.Conv2d(20, 60, (3, 5)), 'transposedConvolution': nn.ConvTranspose2d(20, 60, (3, 5)),
        'embedding': nn.Embedding(100, 100), 'attention': nn.MultiheadAttention(80, 4),
        'batchNorm': nn.BatchNorm2d(10), 'layerNorm': nn.LayerNorm(10), 'groupNorm': nn.GroupNorm(2, 10),
    }
    names = {'in_proj_weight': 'projection.weight', 'in_proj_bias': 'projection.bias',
             'out_proj.weight': 'output.weight', 'out_proj.bias': 'output.bias'}
    return {layer: {names.get(name, name): rounded(tensor.square().mean().sqrt()) for name, tensor in module.named_parameters()}
            for layer, module in layers.items()}


def lines(entries):
    return ',\n'.join(f'  {json.dumps(name)}: {json.dumps(entry)}' for name, entry in entries.items())


torch.set_default_dtype(torch.float64)

if __name__ == '__main__':
    played = {name: play(*case) for name, case in CASES.items()}
    print(f'{{\n "cases": {{\n{lines(played)}\n }},\n "deviations": {{\n{lines(deviations())}\n }}\n}}')
