"""Networks of Fader Networks as PyTorch has them, with the names that tensors have in the authors' code. They are made by its `params`."""

import math

import torch
from torch import nn


def maps_behind(params, layer):
    return min(params['init_fm'] * 2**layer, params['max_fm'])


def norm(params, maps):
    return nn.InstanceNorm2d(maps, affine=True) if params['instance_norm'] else nn.BatchNorm2d(maps)


def halving(before, behind, further):
    return nn.Sequential(nn.Conv2d(before, behind, 4, stride=2, padding=1), *further, nn.LeakyReLU(0.2))


def doubling(params, before, behind):
    if params['deconv_method'] == 'convtranspose':
        return [nn.ConvTranspose2d(before, behind, 4, stride=2, padding=1, bias=False)]
    return [nn.UpsamplingNearest2d(scale_factor=2), nn.Conv2d(before, behind, 3, padding=1)]


class AutoEncoder(nn.Module):
    def __init__(self, params):
        super().__init__()
        depth = params['n_layers']
        maps = [params['img_fm'], *(maps_behind(params, layer) for layer in range(depth))]
        self.enc_layers = nn.ModuleList(
            halving(maps[layer], maps[layer + 1], [] if layer == 0 else [norm(params, maps[layer + 1])]) for layer in range(depth)
        )
        self.dec_layers = nn.ModuleList(
            nn.Sequential(
                *doubling(params, maps[layer + 1] + params['n_attr'], maps[layer]),
                *([nn.Tanh()] if layer == 0 else [norm(params, maps[layer]), nn.ReLU()]),
            )
            for layer in reversed(range(depth))
        )

    def encode(self, images):
        for layer in self.enc_layers:
            images = layer(images)
        return images

    def decode(self, latent, told):
        for layer in self.dec_layers:
            maps = told[:, :, None, None].expand(*told.shape, *latent.shape[2:])
            latent = layer(torch.cat([latent, maps], 1))
        return latent


class LatentDiscriminator(nn.Module):
    def __init__(self, params):
        super().__init__()
        layers = range(params['n_layers'], int(math.log2(params['img_sz'])))
        self.conv_layers = nn.Sequential(*(
            halving(maps_behind(params, layer - 1), maps_behind(params, layer), [nn.BatchNorm2d(maps_behind(params, layer))])
            for layer in layers
        ))
        self.proj_layers = nn.Sequential(
            nn.Linear(maps_behind(params, layers[-1]), params['hid_dim']),
            nn.LeakyReLU(0.2),
            nn.Linear(params['hid_dim'], params['n_attr']),
        )

    def forward(self, latent):
        return self.proj_layers(self.conv_layers(latent).flatten(1))
