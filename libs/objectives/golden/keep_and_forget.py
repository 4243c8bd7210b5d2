"""Losses and gradients of one round of keeping and forgetting, computed with PyTorch in float64: `python keep_and_forget.py > keep_and_forget.json`.

Every tensor starts at value[i] = sin(0.7 i + j + 1) / sqrt(fan in), i in Lethe's layout (linear weights [in, out]), j its place among all
tensors; scales start at 1 and shifts at 0. The examples are those of forgetting.spec.ts.
"""
import json
import math

import torch
import torch.nn.functional as F

N, INPUTS, LATENT, WIDTH = 6, 3, 2, 5
torch.set_default_dtype(torch.float64)
x = torch.tensor([math.sin(i * 1.3) for i in range(N * INPUTS)]).reshape(N, INPUTS)
nothing = -1
income = torch.tensor([0, 0, 0, 1, 1, 1])
sex = torch.tensor([0, 1, nothing, 1, 1, nothing])
race = torch.tensor([0, 0, 1, 1, 2, 2])
age, age_known = torch.tensor([0.5, -1, 2, -0.2, 0, 0.1]), torch.tensor([1.0, 1, 1, 1, 0, 1])


def one_hot(values, classes):
    return torch.stack([(values == k).double() for k in range(classes)], 1)


tensors = {}


def tensor(name, shape, fan_in=None, value=0.0):
    j, size = len(tensors), math.prod(shape)
    data = [value] * size if fan_in is None else [math.sin(0.7 * i + j + 1) / math.sqrt(fan_in) for i in range(size)]
    tensors[name] = torch.tensor(data).reshape(shape).requires_grad_()


def linear(name, inputs, outputs):
    tensor(f'{name}.weight', (inputs, outputs), inputs)
    tensor(f'{name}.bias', (outputs,), inputs)


def norm(name, channels):
    tensor(f'{name}.weight', (channels,), value=1.0)
    tensor(f'{name}.bias', (channels,))


def perceptron(name, inputs, hidden, outputs, standardise):
    if standardise:
        norm(f'{name}.norm', inputs)
    linear(f'{name}.linear1', inputs, hidden)
    linear(f'{name}.linear2', hidden, outputs)


# Adversaries of sex and of race, which read two latent numbers and the two classes of income.
perceptron('classifier', LATENT + 2, 4, 2, True)
perceptron('classifier-2', LATENT + 2, 4, 3, True)
for network, first in (('encoder', INPUTS), ('decoder', LATENT + 5)):
    for layer, inputs in ((1, first), (2, WIDTH)):
        linear(f'{network}.linear{layer}', inputs, WIDTH)
        norm(f'{network}.norm{layer}', WIDTH)
    linear(f'{network}.code' if network == 'encoder' else f'{network}.output', WIDTH, LATENT if network == 'encoder' else INPUTS)
perceptron('head', LATENT, 4, 2, False)
perceptron('head-2', LATENT, 4, 2, False)


def apply_linear(name, value):
    return value @ tensors[f'{name}.weight'] + tensors[f'{name}.bias']


def apply_norm(name, value):
    mean, variance = value.mean(0), value.var(0, unbiased=False)
    return (value - mean) / torch.sqrt(variance + 1e-5) * tensors[f'{name}.weight'] + tensors[f'{name}.bias']


def apply_perceptron(name, value):
    if f'{name}.norm.weight' in tensors:
        value = apply_norm(f'{name}.norm', value)
    return apply_linear(f'{name}.linear2', F.relu(apply_linear(f'{name}.linear1', value)))


def apply_dense(network, value):
    hidden = F.relu(apply_norm(f'{network}.norm1', apply_linear(f'{network}.linear1', value)))
    return hidden + F.relu(apply_norm(f'{network}.norm2', apply_linear(f'{network}.linear2', hidden)))


def answers(latent):
    """Of each adversary: error of each example, how much it counts, and the nats of chance. Balanced within each class of income."""
    read = torch.cat([latent, one_hot(income, 2)], 1)
    counts = {'classifier': [[1, 1], [0, 2]], 'classifier-2': [[2, 1, 0], [0, 1, 2]]}
    for name, values, classes in (('classifier', sex, 2), ('classifier-2', race, 3)):
        error = -(F.log_softmax(apply_perceptron(name, read), 1) * one_hot(values, classes)).sum(1)
        weights, nats = [], []
        for label, value in zip(income.tolist(), values.tolist()):
            row = counts[name][label]
            present = sum(count > 0 for count in row)
            nats.append(math.log(present))
            weights.append(0.0 if value == nothing or row[value] == 0 else sum(row) / (present * row[value]))
        counted = torch.tensor(weights)
        yield (error * counted).sum() / counted.sum(), (torch.tensor(nats) * counted).sum() / counted.sum()


def autoencoder_loss(latent):
    told = torch.cat([one_hot(sex, 2), one_hot(race, 3)], 1)
    mse = ((apply_linear('decoder.output', apply_dense('decoder', torch.cat([latent, told], 1))) - x) ** 2).mean()
    kept_income = F.cross_entropy(apply_perceptron('head', latent), income)
    mean, log_variance = apply_perceptron('head-2', latent).unbind(1)
    likelihood = 0.5 * ((age - mean) ** 2 * torch.exp(-log_variance) + log_variance) * age_known
    kept = 2 * kept_income + likelihood.sum() / age_known.sum()
    found = list(answers(latent))
    # Sex weighs three times as much.
    hidden = (3 * F.relu(found[0][1] - found[0][0]) + F.relu(found[1][1] - found[1][0])) / 2
    losses = {
        'reconstruction_mse': mse, 'kept_loss': kept, 'encoder_classifier_loss': (found[0][0] + found[1][0]) / 2,
    }
    return 0.1 * mse + kept + 2 * hidden, losses


def encode():
    return F.leaky_relu(apply_linear('encoder.code', apply_dense('encoder', x)), 0.2)


def phase(minimised, losses, trained):
    gradients = torch.autograd.grad(minimised, [tensors[name] for name in trained])
    return {
        'minimised': minimised.item(),
        'losses': {name: loss.item() for name, loss in losses.items()},
        'gradients': {name: {'l2': g.norm().item(), 'first': g.flatten()[:4].tolist()} for name, g in zip(trained, gradients)},
    }


classifiers = [name for name in tensors if name.startswith('classifier')]
errors = [error for error, _ in answers(encode().detach())]
classifier = phase(sum(errors), {'classifier_loss': sum(errors) / 2}, classifiers)
autoencoder = phase(*autoencoder_loss(encode()), [name for name in tensors if name not in classifiers])
print(json.dumps({'tensors': list(tensors), 'classifier': classifier, 'autoencoder': autoencoder}, indent=1))
