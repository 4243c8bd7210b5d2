"""What the networks of Fader Networks give and their gradients, computed with PyTorch in float64: `python fader.py > fader.json`.

The modules are made as src/model.py of github.com/facebookresearch/FaderNetworks makes them. Number i of the j-th of their parameters, as these
lie in Lethe and in its order, starts at sin(0.7 i + j + 1) / 2, number i of the input is sin(1.3 i + 0.5). What is told of example e is
category e % count of every attribute. The loss is the sum of output i times cos(0.9 i). Summaries are those of layers.py.
"""
import json
import math

import torch
from torch import nn

from layers import lines, summary, wave

EXAMPLES = 4
SIDE, CHANNELS, FIRST, MOST, DEPTH = 16, 3, 4, 8, 2
ATTRIBUTES = [2, 3]
TOLD, HIDDEN = sum(ATTRIBUTES), 6


def layers(count, norm_of, doubling):
    """`build_layers` there: of the encoder in their order, of the decoder in theirs, which is the other way round."""
    encoder, decoder = [], []
    inputs, outputs = CHANNELS, FIRST
    for index in range(count):
        norm = [norm_of(outputs, affine=True)] if index > 0 else []
        encoder.append(nn.Sequential(nn.Conv2d(inputs, outputs, 4, 2, 1), *norm, nn.LeakyReLU(0.2)))
        larger = {
            'transposed': lambda: [nn.ConvTranspose2d(outputs + TOLD, inputs, 4, 2, 1, bias=False)],
            'nearest': lambda: [nn.UpsamplingNearest2d(scale_factor=2), nn.Conv2d(outputs + TOLD, inputs, 3, 1, 1)],
        }[doubling]()
        decoder.insert(0, nn.Sequential(*larger, *([norm_of(inputs, affine=True), nn.ReLU()] if index > 0 else [nn.Tanh()])))
        inputs, outputs = outputs, min(2 * outputs, MOST)
    return encoder, decoder


class Encoder(nn.Module):
    """Images [examples, height, width, channels] -> latents [examples, numbers]: pixel by pixel, in each pixel map by map."""

    def __init__(self, norm):
        super().__init__()
        self.layers = nn.Sequential(*layers(DEPTH, norm, 'transposed')[0])

    def forward(self, images):
        return self.layers(images.movedim(-1, 1)).movedim(1, -1).flatten(1)


def maps_of(latents):
    side = SIDE // 2 ** DEPTH
    return latents.reshape(EXAMPLES, side, side, -1).movedim(-1, 1)


class Decoder(nn.Module):
    def __init__(self, norm, doubling):
        super().__init__()
        self.layers = nn.ModuleList(layers(DEPTH, norm, doubling)[1])

    def forward(self, latents):
        told = torch.cat([nn.functional.one_hot(torch.arange(EXAMPLES) % count, count) for count in ATTRIBUTES], 1)[:, :, None, None]
        maps = maps_of(latents)
        for layer in self.layers:
            maps = layer(torch.cat([maps, told.expand(-1, -1, *maps.shape[2:])], 1))
        return maps.movedim(1, -1)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        count = int(math.log2(SIDE))
        self.convolutions = nn.Sequential(*layers(count, nn.BatchNorm2d, 'transposed')[0][DEPTH:])
        self.linear = nn.Sequential(
            nn.Linear(min(FIRST * 2 ** (count - 1), MOST), HIDDEN), nn.LeakyReLU(0.2), nn.Linear(HIDDEN, sum(ATTRIBUTES)),
        )

    def forward(self, latents):
        outputs = self.linear(self.convolutions(maps_of(latents)).flatten(1))
        return torch.cat([nn.functional.log_softmax(part, 1) for part in outputs.split(ATTRIBUTES, 1)], 1)


def as_in_lethe(parameter):
    """Filters [height, width, in, out] or, of a transposed convolution, [height, width, out, in]; linear weights [in, out]."""
    return parameter.permute(2, 3, 1, 0) if parameter.dim() == 4 else parameter.T if parameter.dim() == 2 else parameter


def play(module, shape):
    x = wave(EXAMPLES * math.prod(shape), 1.3, 0.5).reshape(EXAMPLES, *shape).requires_grad_()
    parameters = list(module.parameters())
    with torch.no_grad():
        for place, parameter in enumerate(parameters):
            target = as_in_lethe(parameter)
            target.copy_((wave(target.numel(), 0.7, place + 1) / 2).reshape(target.shape))
    output = module(x)
    (output.reshape(-1) * torch.cos(torch.arange(output.numel(), dtype=torch.float64) * 0.9)).sum().backward()
    return {
        'shape': list(output.shape), 'output': summary(output), 'input_gradient': summary(x.grad),
        'gradients': [summary(as_in_lethe(parameter.grad)) for parameter in parameters],
    }


IMAGE, LATENT = (SIDE, SIDE, CHANNELS), ((SIDE // 2 ** DEPTH) ** 2 * min(FIRST * 2 ** (DEPTH - 1), MOST),)
CASES = {
    'encoder, batch': lambda: (Encoder(nn.BatchNorm2d), IMAGE),
    'encoder, instance': lambda: (Encoder(nn.InstanceNorm2d), IMAGE),
    'decoder, batch, transposed': lambda: (Decoder(nn.BatchNorm2d, 'transposed'), LATENT),
    'decoder, instance, nearest': lambda: (Decoder(nn.InstanceNorm2d, 'nearest'), LATENT),
    'discriminator': lambda: (Discriminator(), LATENT),
}

if __name__ == '__main__':
    print(f'{{\n{lines({name: play(*case()) for name, case in CASES.items()})}\n}}')
