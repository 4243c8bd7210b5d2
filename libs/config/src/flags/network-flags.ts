import type { ConfigFlag } from './config-flag.js';
import { COUNT, NUMBER, word } from './flag-values.js';

/** Of the encoder and of the decoder that belongs to it. */
export const ENCODER_FLAGS: readonly ConfigFlag[] = [
  {
    name: 'encoder',
    value: word('by-input', 'article', 'perceptron', 'fader'),
    help: "the article's convolutions, a perceptron, or the convolutions of Fader Networks",
    paths: ['objective.encoder.kind'],
  },
  {
    name: 'encoder-width', value: COUNT, help: 'of the layers of a perceptron, or maps of the first layer of fader',
    paths: ['objective.encoder.width'],
  },
  { name: 'encoder-depth', value: COUNT, help: 'hidden layers of a perceptron, or layers of fader', paths: ['objective.encoder.depth'] },
  { name: 'encoder-most-maps', value: COUNT, help: 'most maps of a layer of fader', paths: ['objective.encoder.mostMaps'] },
  {
    name: 'encoder-normalisation', value: word('batch', 'instance'), help: "norm of the layers of fader and of fader's decoder",
    paths: ['objective.encoder.normalisation'],
  },
  {
    name: 'decoder-upsampling', value: word('transposed', 'nearest'),
    help: "how fader's decoder enlarges: by transposed convolutions, or by repeating pixels in front of a convolution",
    paths: ['objective.encoder.upsampling'],
  },
];

/** Of the networks that read what is forgotten. */
export const ADVERSARY_FLAGS: readonly ConfigFlag[] = [
  {
    name: 'adversary', value: word('perceptron', 'convolutional'),
    help: 'a perceptron of each column, or one network of convolutions over the maps of fader that reads all of them',
    paths: ['objective.adversary.kind'],
  },
  { name: 'adversary-width', value: COUNT, help: 'of its hidden layers', paths: ['objective.adversary.width'] },
  { name: 'adversary-depth', value: COUNT, help: 'hidden layers of a perceptron', paths: ['objective.adversary.depth'] },
  { name: 'adversary-activation', value: word('relu', 'tanh'), help: 'between them', paths: ['objective.adversary.activation'] },
  { name: 'adversary-dropout', value: NUMBER, help: 'share of values that it drops', paths: ['objective.adversary.dropout'] },
  {
    name: 'adversary-reads',
    value: word('mean', 'sample'),
    help: 'the latent in training: without its noise or with it',
    paths: ['objective.adversary.reads'],
  },
  { name: 'adversary-standardise', sets: true, help: 'bring latents to deviation 1 first', paths: ['objective.adversary.standardise'] },
  {
    name: 'adversary-spectral-norm',
    sets: true,
    help: 'divide its weights by their largest singular value',
    paths: ['objective.adversary.spectralNorm'],
  },
  { name: 'adversaries', value: COUNT, help: 'how many have to be fooled at once', paths: ['objective.adversary.members'] },
  {
    name: 'adversary-fresh-every',
    value: COUNT,
    help: 'rounds after which one of them starts afresh',
    paths: ['objective.adversary.freshEveryRounds'],
  },
];
