import { PROBES } from '../probe-kinds.js';
import { DEFAULT_RECIPE, RECIPE_NAMES } from '../recipes/index.js';
import { HIDING } from '../schema/forgetting.js';
import type { ConfigFlag } from './config-flag.js';
import { ADDRESS, COLUMNS, COUNT, DATA, DOMAIN, FIGURE, FOLDER, GAME, NUMBER, POSITIVE, PROBE_LIST, RUN, word } from './flag-values.js';
import { ADVERSARY_FLAGS, ENCODER_FLAGS } from './network-flags.js';
import { READING_FLAGS, ROLE_FLAGS } from './reading-flags.js';

const everyNetwork = (setting: string): string[] => [`objective.optimizers.*.${setting}`];

/** What `--probes` takes. */
export const PROBES_HELP = `classifiers that are trained afresh to measure it: ${PROBES.join(', ')}, with commas, or all`;

/** In the order in which they apply: what is said for one network wins over what is said for all. */
export const CONFIG_FLAGS: Readonly<Record<string, readonly ConfigFlag[]>> = {
  'What to train:': [
    {
      name: 'recipe',
      value: { ...word(...RECIPE_NAMES), placeholder: '<recipe>' },
      help: 'settings to start from; the recipes are listed below',
      otherwise: DEFAULT_RECIPE,
      paths: ['recipe'],
    },
    {
      name: 'game',
      value: GAME,
      help: 'your module that defines a game (./game.ts)',
      otherwise: "the recipe's game",
      paths: ['objective.code'],
    },
    {
      name: 'init-from',
      value: RUN,
      help: 'start from the weights of this run, or of a folder that lethe export wrote',
      otherwise: 'from those that the seed draws',
      paths: ['initialWeights'],
    },
    { name: 'epochs', value: COUNT, help: 'length of the run in passes over the training examples', paths: ['epochs'] },
    { name: 'rounds', value: COUNT, help: 'length of the run in rounds (batches)', otherwise: 'as --epochs says', paths: ['rounds'] },
    { name: 'batch-size', value: COUNT, help: 'examples in a round, over all workers', paths: ['batchSize'] },
    ...ROLE_FLAGS,
    {
      name: 'fairness',
      value: word('parity', 'odds'),
      help: 'forget a column altogether (parity), or what it tells beyond the kept label (odds)',
      paths: ['objective.fairness'],
    },
    { name: 'rebuild', sets: true, help: 'rebuild the examples too, told what is forgotten', paths: ['objective.rebuild'] },
    { name: 'no-rebuild', sets: false, help: 'have no decoder', paths: ['objective.rebuild'] },
    { name: 'rebuild-weight', value: NUMBER, help: 'weight of rebuilding the example', paths: ['objective.rebuildWeight'] },
    { name: 'separately', sets: false, help: 'forget each attribute, but not their combinations', paths: ['objective.jointly'] },
    { name: 'balanced', sets: true, help: 'rare values of what is forgotten weigh as much as others', paths: ['objective.balanced'] },
    ...ENCODER_FLAGS,
    { name: 'hiding', value: word(...HIDING), help: 'how the encoder hides what it forgets', paths: ['objective.hiding'] },
    { name: 'beta', value: NUMBER, help: 'weight of hiding against keeping and rebuilding', paths: ['objective.beta'] },
    { name: 'beta-ramp-rounds', value: COUNT, help: 'rounds over which that weight climbs from 0', paths: ['objective.betaRampRounds'] },
    { name: 'latent-size', value: COUNT, help: 'how many numbers the encoder makes of an example', paths: ['objective.latentSize'] },
    { name: 'encoder-dropout', value: NUMBER, help: 'share of values that the encoder drops', paths: ['objective.encoderDropout'] },
    { name: 'decoder-dropout', value: NUMBER, help: 'share of values that the decoder drops', paths: ['objective.decoderDropout'] },
    {
      name: 'bottleneck',
      value: word('article', 'gaussian', 'variational'),
      help: 'what lies between encoder and decoder',
      paths: ['objective.bottleneck.kind'],
    },
    { name: 'bottleneck-weight', value: NUMBER, help: 'weight of each nat that passes it', paths: ['objective.bottleneck.weight'] },
    { name: 'averaging', value: NUMBER, help: 'decay per update of the average of the weights that is evaluated', paths: ['averaging'] },
    { name: 'classifier-turns', value: COUNT, help: 'steps of the classifier in a round', paths: ['objective.classifierTurns'] },
    { name: 'batch-per', value: word('round', 'step'), help: 'one batch for a round, or for each step', paths: ['objective.batchPer'] },
    {
      name: 'frozen-mode',
      value: word('training', 'evaluation'),
      help: 'networks that do not learn in a phase: by the batch and with dropout, or by running statistics and without',
      paths: ['objective.frozenMode'],
    },
    {
      name: 'eraser-couplings',
      value: COUNT,
      help: 'steps of the flow that erases what is left of a forgotten column',
      paths: ['objective.eraser.couplings'],
    },
    {
      name: 'eraser-covariances',
      sets: true,
      help: 'in place of them: means and covariances of the features become the same for all values',
      paths: ['objective.eraser.covariances'],
    },
    { name: 'no-eraser-covariances', sets: false, help: 'no such eraser', paths: ['objective.eraser.covariances'] },
    {
      name: 'eraser-least-variance',
      value: NUMBER,
      help: 'of them: directions in which features vary less than this share of the mean are left out',
      paths: ['objective.eraser.leastVariance'],
    },
    {
      name: 'eraser-learns-with',
      value: word('encoder', 'classifier'),
      help: 'from features as they are in training, or as the classifier reads them',
      paths: ['objective.eraser.learnsWith'],
    },
    { name: 'eraser-width', value: COUNT, help: 'of the hidden layers of each coupling', paths: ['objective.eraser.width'] },
    { name: 'seed', value: COUNT, help: 'number that everything random follows from', paths: ['seed'] },
    { name: 'shards', value: COUNT, help: 'parts of a batch, each normalised by itself: a power of two', paths: ['shards'] },
  ],
  'The adversary:': ADVERSARY_FLAGS,
  'How to learn:': [
    { name: 'learning-rate', value: NUMBER, help: 'of every network', paths: everyNetwork('learningRate') },
    { name: 'encoder-learning-rate', value: NUMBER, help: 'of the encoder', paths: ['objective.optimizers.encoder.learningRate'] },
    { name: 'decoder-learning-rate', value: NUMBER, help: 'of the decoder', paths: ['objective.optimizers.decoder.learningRate'] },
    { name: 'head-learning-rate', value: NUMBER, help: 'of what reads kept columns', paths: ['objective.optimizers.head.learningRate'] },
    { name: 'classifier-learning-rate', value: NUMBER, help: 'of the classifier', paths: ['objective.optimizers.classifier.learningRate'] },
    { name: 'optimizer', value: word('adam', 'sgd'), help: 'of every network', paths: everyNetwork('kind') },
    { name: 'momentum', value: NUMBER, help: 'of sgd', paths: everyNetwork('momentum') },
    {
      name: 'schedule',
      value: word('constant', 'linear', 'cosine', 'annealed'),
      help: 'course of the learning rates',
      paths: everyNetwork('schedule.kind'),
    },
    { name: 'warmup-rounds', value: COUNT, help: 'rounds over which the rates climb from 0', paths: everyNetwork('schedule.warmupRounds') },
    { name: 'final-factor', value: NUMBER, help: 'what is left of the rates at the end', paths: everyNetwork('schedule.finalFactor') },
    { name: 'clip-norm', value: NUMBER, help: "bound on the norm of each group's gradient", paths: ['clipNorm'] },
  ],
  'Domain adaptation:': [
    {
      name: 'target',
      value: DOMAIN,
      help: 'for recipes that carry a model to another domain: the name of that domain, whose labels are not looked at',
      otherwise: "the recipe's, if it names one",
      paths: ['data.domains.target'],
    },
    {
      name: 'training',
      value: word('each', 'sources', 'adaptation', 'target'),
      help: 'what to learn from; each is a run of each kind, compared',
      otherwise: 'each',
      paths: ['data.domains.training'],
    },
    {
      name: 'alignment-weight',
      value: NUMBER,
      help: "most that the domain classifier's gradient is reversed by",
      paths: ['objective.alignment.weight'],
    },
    {
      name: 'pseudo-label-weight',
      value: NUMBER,
      help: 'weight of its own confident predictions where there are no labels',
      paths: ['objective.unlabelled.pseudoLabelWeight'],
    },
    {
      name: 'statistics',
      value: word('shared', 'per-domain'),
      help: 'batch statistics: of all domains together or of each by itself',
      paths: ['objective.features.statistics'],
    },
  ],
  'Data:': [
    {
      name: 'data',
      value: DATA,
      help: `kind of data (${DATA.words?.join(', ')}), or your module that reads them (./reader.ts)`,
      otherwise: 'what --data-dir holds, else mnist',
      paths: ['data.kind'],
    },
    {
      name: 'data-dir',
      value: FOLDER,
      help: 'folder with your data: images (with a list, or as class/image), IDX files, or what the recipe reads',
      otherwise: 'MNIST, which comes with Lethe',
      paths: ['data.folder'],
    },
    { name: 'image-size', value: COUNT, help: 'resize images of a folder to this square: a multiple of 4', paths: ['data.imageSize'] },
    {
      name: 'channels',
      value: { ...COUNT, placeholder: '<1|3>' },
      help: 'read images of a folder as grey (1) or colour (3)',
      paths: ['data.channels'],
    },
    {
      name: 'unpacked-gib',
      value: POSITIVE,
      help: 'most that packed files of the data may be unpacked to, in GiB',
      paths: ['data.unpackedGiB'],
    },
    { name: 'held-out', value: COUNT, help: 'training examples kept back and scored every epoch', paths: ['data.heldOut'] },
    {
      name: 'balance', value: COLUMNS, help: 'columns whose values batches have equally often, with commas', otherwise: 'as the data are',
      paths: ['data.balance'],
    },
    { name: 'flip', sets: true, help: 'see every other training image in a mirror', paths: ['data.augmentation.flip'] },
    { name: 'no-flip', sets: false, help: 'see no training image in a mirror', paths: ['data.augmentation.flip'] },
    ...READING_FLAGS,
  ],
  'When to stop and what to keep:': [
    {
      name: 'monitor',
      value: FIGURE,
      help: 'figure of the held-out examples that names the best checkpoint: reconstruction_mse, kept_loss, kept_score, classifier_loss, ' +
      'classifier_accuracy; where a model is carried to another domain: label_loss, label_accuracy, target_accuracy; of your game its own',
      paths: ['monitor'],
    },
    {
      name: 'patience',
      value: COUNT,
      help: 'stop after this many epochs without a better figure',
      otherwise: 'it never stops early',
      paths: ['patience'],
    },
    { name: 'checkpoint-every-epochs', value: COUNT, help: 'epochs between checkpoints', paths: ['checkpoints.everyEpochs'] },
    { name: 'checkpoint-every-rounds', value: COUNT, help: 'rounds between further checkpoints', paths: ['checkpoints.everyRounds'] },
    { name: 'keep-checkpoints', value: COUNT, help: 'latest checkpoints to keep, besides the best', paths: ['checkpoints.keep'] },
    { name: 'no-evaluation', sets: false, help: 'do not measure at the end what was forgotten', paths: ['evaluation'] },
    { name: 'probes', value: PROBE_LIST, help: PROBES_HELP, paths: ['probes'] },
    { name: 'no-grid', sets: false, help: 'draw no picture of redrawn test images after each epoch', paths: ['grid'] },
  ],
  'Processes:': [
    {
      name: 'workers',
      value: COUNT,
      help: 'worker processes here',
      otherwise: 'one per GPU, else one per two cores, but no more than shards',
      paths: ['cluster.workers'],
    },
    { name: 'servers', value: COUNT, help: 'parameter-server processes', paths: ['cluster.servers'] },
    {
      name: 'threads',
      value: COUNT,
      help: 'threads inside one operation; part of the result, as it changes rounding',
      paths: ['cluster.threads'],
    },
    {
      name: 'engine',
      value: word('native', 'wasm'),
      help: 'what computes',
      otherwise: 'native if it is set up',
      paths: ['cluster.engine'],
    },
    { name: 'share-gpus', sets: true, help: 'allow several workers on one GPU', paths: ['cluster.shareGpus'] },
    {
      name: 'oversubscribe',
      sets: true,
      help: 'allow more than four workers, or servers, for each core of this machine',
      paths: ['cluster.oversubscribe'],
    },
    {
      name: 'listen',
      value: ADDRESS,
      help: 'let workers on other machines join, for example at tcp://0.0.0.0:5555',
      otherwise: 'this machine alone',
      paths: ['cluster.listen'],
    },
    {
      name: 'advertise',
      value: ADDRESS,
      help: 'name or address of this machine in the line that workers join with',
      otherwise: 'the one of --listen',
      paths: ['cluster.advertise'],
    },
    {
      name: 'await-workers',
      value: COUNT,
      help: 'workers to wait for before the first round',
      otherwise: 'those started here, but at least one',
      paths: ['cluster.awaitWorkers'],
    },
    { name: 'insecure-plaintext', sets: true, help: 'no encryption and no keys at that address', paths: ['cluster.insecurePlaintext'] },
    {
      name: 'connections',
      value: COUNT,
      help: 'connections of a worker on another machine to each server (1 to 16); more than one where packets are lost',
      paths: ['cluster.connections'],
    },
    { name: 'heartbeat-seconds', value: NUMBER, help: 'how often processes say that they live', paths: ['cluster.heartbeatSeconds'] },
    { name: 'stall-seconds', value: NUMBER, help: 'silence after which a process counts as dead', paths: ['cluster.stallSeconds'] },
    {
      name: 'patience-seconds',
      value: NUMBER,
      help: 'how long a run that has no worker left waits for one',
      paths: ['cluster.patienceSeconds'],
    },
    {
      name: 'strict-bits',
      sets: true,
      help: 'refuse workers that may compute other bits than each other, or than those that computed the run so far',
      paths: ['cluster.strictBits'],
    },
    { name: 'restarts', value: COUNT, help: 'how often in a row a process may die before it gets anywhere', paths: ['cluster.restarts'] },
  ],
};

/** Flags of training that say nothing about what `lethe data` reads. */
const NO_READING = ['data-dir', 'held-out'];

/** The flags that say how data are read, for a command that does nothing else with them. */
export const DATA_FLAGS: readonly ConfigFlag[] = [
  ...ROLE_FLAGS,
  ...Object.values(CONFIG_FLAGS).flat().filter(({ name }) => ['recipe', 'target', 'seed'].includes(name)),
  ...(CONFIG_FLAGS['Data:'] ?? []).filter(({ name }) => !NO_READING.includes(name)),
];
