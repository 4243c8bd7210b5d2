"""Rounds of an alternating game in PyTorch: `python frozen_evaluation.py > frozen_evaluation.json`.

The networks that do not learn in a step are in evaluation mode, each step has a batch of its own, and the norm of a group's gradient is
clipped. The game is that of frozen-evaluation.spec.ts: an encoder of colours, a decoder that is told the label, and a classifier that reads
the label from the latent. A round has two steps of the classifier and one of encoder and decoder.

Names and layouts are Lethe's (linear weights [in, out]). Number i of the j-th tensor starts at sin(0.9 i + j + 1) / sqrt(fan in), scales at
1, shifts at 0. All is computed in float64.
"""
import json
import math

import torch
import torch.nn.functional as F
from torch import nn

COLOURS, CLASSES, LATENT, WIDTH, HIDDEN = 12, 3, 2, 5, 4
BATCH, ROUNDS, TURNS = 6, 4, 2
BETA, RATE, MOMENTUM, CLIP = 0.5, 0.1, 0.9, 0.25
torch.set_default_dtype(torch.float64)
pixels = torch.tensor([(37 * i + 11) % 256 for i in range(COLOURS * 3)]).reshape(COLOURS, 3)
colours = pixels / 127.5 - 1
labels = torch.tensor([i * i % CLASSES for i in range(COLOURS)])


class Dense(nn.Module):
    """Two hidden layers with batch norm, of which the second adds to what the first gives, and a linear layer."""

    def __init__(self, inputs, outputs, last):
        super().__init__()
        self.linear1, self.norm1 = nn.Linear(inputs, WIDTH), nn.BatchNorm1d(WIDTH)
        self.linear2, self.norm2 = nn.Linear(WIDTH, WIDTH), nn.BatchNorm1d(WIDTH)
        self.last = last
        setattr(self, last, nn.Linear(WIDTH, outputs))

    def forward(self, x):
        x = F.relu(self.norm1(self.linear1(x)))
        x = x + F.relu(self.norm2(self.linear2(x)))
        return getattr(self, self.last)(x)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(LATENT)
        self.linear1, self.linear2 = nn.Linear(LATENT, HIDDEN), nn.Linear(HIDDEN, CLASSES)

    def forward(self, latent):
        return self.linear2(F.relu(self.linear1(self.norm(latent))))


classifier = Classifier()
autoencoder = nn.ModuleDict({'encoder': Dense(3, LATENT, 'code'), 'decoder': Dense(LATENT + CLASSES, 3, 'output')})
parameters = {f'classifier.{name}': value for name, value in classifier.named_parameters()} | dict(autoencoder.named_parameters())
buffers = {f'classifier.{name}': value for name, value in classifier.named_buffers()} | dict(autoencoder.named_buffers())
with torch.no_grad():
    for j, (name, tensor) in enumerate(parameters.items()):
        if '.norm' in name:
            continue
        fan_in = parameters[name.replace('bias', 'weight')].shape[1]
        values = torch.tensor([math.sin(0.9 * i + j + 1) / math.sqrt(fan_in) for i in range(tensor.numel())])
        tensor.copy_(values.reshape(tensor.T.shape).T if tensor.dim() == 2 else values)


def written():
    return {name: (tensor.T if tensor.dim() == 2 else tensor).flatten().tolist() for name, tensor in parameters.items()}


def encode(x):
    return F.leaky_relu(autoencoder['encoder'](x), 0.2)


def step(network, optimizer, loss):
    optimizer.zero_grad()
    loss.backward()
    norm = nn.utils.clip_grad_norm_(network.parameters(), CLIP)
    optimizer.step()
    return norm.item()


start, losses, norms = written(), [], []
optimizers = [torch.optim.SGD(network.parameters(), lr=RATE, momentum=MOMENTUM) for network in (classifier, autoencoder)]
for n in range(ROUNDS):
    for turn in range(TURNS):
        chosen = torch.tensor([((n * TURNS + turn) * 5 + i * 7) % COLOURS for i in range(BATCH)])
        classifier.train()
        autoencoder.eval()
        loss = F.cross_entropy(classifier(encode(colours[chosen]).detach()), labels[chosen])
        norms.append(step(classifier, optimizers[0], loss))
        losses.append([loss.item()])
    chosen = torch.tensor([(n * 3 + i * 5 + 1) % COLOURS for i in range(BATCH)])
    classifier.eval()
    autoencoder.train()
    latent = encode(colours[chosen])
    error = F.cross_entropy(classifier(latent), labels[chosen])
    rebuilt = autoencoder['decoder'](torch.cat([latent, F.one_hot(labels[chosen], CLASSES)], 1))
    mse = F.mse_loss(rebuilt, colours[chosen])
    norms.append(step(autoencoder, optimizers[1], mse - BETA * error))
    losses.append([mse.item(), error.item()])

statistics = {
    name.removesuffix('.running_mean'): {'mean': value.tolist(), 'variance': buffers[name.replace('mean', 'var')].tolist()}
    for name, value in buffers.items() if name.endswith('running_mean')
}
print(json.dumps({'start': start, 'losses': losses, 'norms': norms, 'end': written(), 'statistics': statistics}, indent=1))
