// Made of the schema and the flags by `npx nx run tools:settings-types`. What is changed here is lost.
/* eslint-disable max-lines, max-len */

/**
 * How the weights of a network follow their gradients.
 */
export type OptimizerSettings =
  | {
      /**
       * Of every network.
       */
      kind: 'adam';
      /**
       * Of every network.
       */
      learningRate: number;
      beta1: number;
      beta2: number;
      epsilon: number;
      schedule: {
        /**
         * Course of the learning rates.
         */
        kind: 'constant' | 'linear' | 'cosine' | 'annealed';
        /**
         * Rounds over which the rates climb from 0.
         */
        warmupRounds: number;
        /**
         * What is left of the rates at the end.
         */
        finalFactor: number;
        until: number;
      };
    }
  | {
      /**
       * Of every network.
       */
      kind: 'sgd';
      /**
       * Of every network.
       */
      learningRate: number;
      /**
       * Of sgd.
       */
      momentum: number;
      schedule: {
        /**
         * Course of the learning rates.
         */
        kind: 'constant' | 'linear' | 'cosine' | 'annealed';
        /**
         * Rounds over which the rates climb from 0.
         */
        warmupRounds: number;
        /**
         * What is left of the rates at the end.
         */
        finalFactor: number;
        until: number;
      };
    };

/**
 * The complete configuration of a run, as `config.json` in its folder has it.
 */
export interface CompleteSettings {
  /**
   * Settings to start from. Default: forget-short.
   */
  recipe: string;
  /**
   * Start from the weights of this run, or of a folder that lethe export wrote. Default: from those that the seed draws.
   */
  initialWeights: string | null;
  /**
   * Number that everything random follows from.
   */
  seed: number;
  data: {
    /**
     * Kind of data (mnist, coloured-mnist, avatars, idx, images, celeba, table, domains), or your module that reads them (./reader.ts). Default: what dataDir holds, else mnist.
     */
    kind: 'mnist' | 'coloured-mnist' | 'avatars' | 'idx' | 'images' | 'celeba' | 'table' | 'domains' | 'own';
    /**
     * Folder with your data: images (with a list, or as class/image), IDX files, or what the recipe reads. Default: MNIST, which comes with Lethe.
     */
    folder: string | null;
    /**
     * Training examples kept back and scored every epoch.
     */
    heldOut: number;
    /**
     * Resize images of a folder to this square: a multiple of 4.
     */
    imageSize: number;
    /**
     * Read images of a folder as grey (1) or colour (3).
     */
    channels: 1 | 3;
    /**
     * Most that packed files of the data may be unpacked to, in GiB.
     */
    unpackedGiB: number;
    augmentation: {
      scale: number;
      rotation: number;
      shift: number;
      invert: boolean;
      /**
       * See every other training image in a mirror.
       */
      flip: boolean;
    } | null;
    domains: {
      from: (
        | {
            kind: 'mnist';
            domain: string;
          }
        | {
            kind: 'mnist-m';
            domain: string;
            photographs: string;
            test: string;
          }
        | {
            kind: 'svhn';
            domain: string;
            folder: string;
          }
        | {
            kind: 'digits';
            domain: string;
            folder: string;
          }
        | {
            kind: 'images';
            folder: string;
          }
        | {
            files:
              | {
                  file: string;
                  domain: string | null;
                  split: ('train' | 'test') | null;
                }[]
              | null;
            names: string[] | null;
            domainColumn: string | null;
            labelColumn: string;
            columns: {
              [k: string]: 'numeric' | 'categorical' | 'ignored';
            } | null;
            classes: {
              /**
               * @minItems 1
               */
              [k: string]: string[];
            } | null;
            categories: {
              [k: string]: {
                /**
                 * @minItems 1
                 */
                [k: string]: string[];
              };
            } | null;
            kind: 'table';
          }
      )[];
      /**
       * For recipes that carry a model to another domain: the name of that domain, whose labels are not looked at. Default: the recipe's, if it names one.
       */
      target: string | null;
      sources: string[] | null;
      /**
       * What to learn from; each is a run of each kind, compared. Default: each.
       */
      training: 'each' | 'sources' | 'adaptation' | 'target';
    } | null;
    table: {
      files:
        | {
            file: string;
            domain: string | null;
            split: ('train' | 'test') | null;
          }[]
        | null;
      names: string[] | null;
      domainColumn: string | null;
      labelColumn: string | null;
      columns: {
        [k: string]: 'numeric' | 'categorical' | 'ignored';
      } | null;
      classes: {
        /**
         * @minItems 1
         */
        [k: string]: string[];
      } | null;
      categories: {
        [k: string]: {
          /**
           * @minItems 1
           */
          [k: string]: string[];
        };
      } | null;
    } | null;
    avatars: {
      count: number;
    } | null;
    celeba: {
      crop: boolean;
    } | null;
    own: {
      reader: string;
      code: string;
      settings: {
        [k: string]: unknown;
      };
    } | null;
    /**
     * Columns that the features keep.
     */
    keep: string[];
    /**
     * Columns that they forget. Default: the recipe's: mostly the label.
     */
    forget: string[];
    /**
     * Columns whose values batches have equally often. Default: as the data are.
     */
    balance: string[];
    /**
     * Let the encoder see forgotten columns of a table.
     */
    forgetFromInputs: boolean;
    reading: {
      rules: 1 | 2;
      columns: {
        /**
         * Column of a list with the names of the images. Default: file, or a name like it.
         */
        file: string | null;
        /**
         * Column with the labels. Default: label, or what the recipe says.
         */
        label: string | null;
        /**
         * Column with the domain of each example. Default: domain.
         */
        domain: string | null;
        /**
         * Column that says train, val or test. Default: split, if it is there.
         */
        split: string | null;
        /**
         * Column like patient: examples of one group are never on two sides of a split. Default: none.
         */
        group: string | null;
        /**
         * Columns to leave out.
         */
        ignored: string[];
        /**
         * Columns to read as numbers; words in them are missing values.
         */
        numbers: string[];
        /**
         * Columns to read as categories, numbers too.
         */
        categories: string[];
      };
      /**
       * Inputs of the rows of a table: npy, npz or safetensors in its folder. Default: features.*, if it is there.
       */
      vectors: string | null;
      /**
       * No word about labels that differ in case or spaces alone.
       */
      labelsAsIs: boolean;
      /**
       * What transparent images lie on: white, black, or a colour like #8040c0.
       */
      background: string;
      /**
       * Leave out images that cannot be read, up to this share of all (0.1 if none is said). Default: none is left out.
       */
      skipBad: number;
      /**
       * Leave out classes with fewer examples.
       */
      minPerClass: number;
      /**
       * Mark before the decimals of numbers.
       */
      decimal: '.' | ',';
      /**
       * Mark between the thousands of numbers.
       */
      thousands: '' | '.' | ',' | ' ' | "'";
      /**
       * Most memory that a process takes for inputs, in MiB; more are read from a file.
       */
      memoryMiB: number;
    };
  };
  objective:
    | {
        kind: 'forgetting';
        /**
         * How the encoder hides what it forgets.
         */
        hiding:
          | 'negative-likelihood'
          | 'capped-likelihood'
          | 'up-to-chance'
          | 'uniform-target'
          | 'negative-entropy'
          | 'wrong-label'
          | 'gradient-reversal';
        /**
         * Weight of hiding against keeping and rebuilding.
         */
        beta: number;
        /**
         * Rounds over which that weight climbs from 0.
         */
        betaRampRounds: number;
        /**
         * Steps of the classifier in a round.
         */
        classifierTurns: number;
        /**
         * One batch for a round, or for each step.
         */
        batchPer: 'round' | 'step';
        /**
         * Networks that do not learn in a phase: by the batch and with dropout, or by running statistics and without.
         */
        frozenMode: 'training' | 'evaluation';
        /**
         * Forget a column altogether (parity), or what it tells beyond the kept label (odds).
         */
        fairness: 'parity' | 'odds';
        /**
         * Forget each attribute, but not their combinations.
         */
        jointly: boolean;
        /**
         * Rare values of what is forgotten weigh as much as others.
         */
        balanced: boolean;
        /**
         * Rebuild the examples too, told what is forgotten.
         */
        rebuild: boolean;
        /**
         * Weight of rebuilding the example.
         */
        rebuildWeight: number;
        weights: {
          [k: string]: number;
        };
        encoder: {
          /**
           * The article's convolutions, a perceptron, or the convolutions of Fader Networks.
           */
          kind: 'by-input' | 'article' | 'perceptron' | 'fader';
          /**
           * Of the layers of a perceptron, or maps of the first layer of fader.
           */
          width: number;
          /**
           * Hidden layers of a perceptron, or layers of fader.
           */
          depth: number;
          /**
           * Most maps of a layer of fader.
           */
          mostMaps: number;
          /**
           * Norm of the layers of fader and of fader's decoder.
           */
          normalisation: 'batch' | 'instance';
          /**
           * How fader's decoder enlarges: by transposed convolutions, or by repeating pixels in front of a convolution.
           */
          upsampling: 'transposed' | 'nearest';
        };
        head: {
          width: number;
          depth: number;
        };
        /**
         * How many numbers the encoder makes of an example.
         */
        latentSize: number | null;
        /**
         * Share of values that the encoder drops.
         */
        encoderDropout: number;
        /**
         * Share of values that the decoder drops.
         */
        decoderDropout: number;
        bottleneck: {
          /**
           * What lies between encoder and decoder.
           */
          kind: 'article' | 'gaussian' | 'variational';
          /**
           * Weight of each nat that passes it.
           */
          weight: number;
        };
        adversary: {
          /**
           * A perceptron of each column, or one network of convolutions over the maps of fader that reads all of them.
           */
          kind: 'perceptron' | 'convolutional';
          /**
           * Of its hidden layers.
           */
          width: number;
          /**
           * Hidden layers of a perceptron.
           */
          depth: number;
          /**
           * Between them.
           */
          activation: 'relu' | 'tanh';
          /**
           * Share of values that it drops.
           */
          dropout: number;
          /**
           * Bring latents to deviation 1 first.
           */
          standardise: boolean;
          /**
           * Divide its weights by their largest singular value.
           */
          spectralNorm: boolean;
          /**
           * The latent in training: without its noise or with it.
           */
          reads: 'mean' | 'sample';
          /**
           * How many have to be fooled at once.
           */
          members: number;
          /**
           * Rounds after which one of them starts afresh.
           */
          freshEveryRounds: number | null;
        };
        eraser: {
          /**
           * Steps of the flow that erases what is left of a forgotten column.
           */
          couplings: number;
          /**
           * In place of them: means and covariances of the features become the same for all values.
           */
          covariances: boolean;
          /**
           * Of them: directions in which features vary less than this share of the mean are left out.
           */
          leastVariance: number;
          /**
           * Of the hidden layers of each coupling.
           */
          width: number;
          predictionWeight: number;
          /**
           * From features as they are in training, or as the classifier reads them.
           */
          learnsWith: 'encoder' | 'classifier';
        };
        optimizers: {
          encoder: OptimizerSettings;
          decoder: OptimizerSettings;
          head: OptimizerSettings;
          classifier: OptimizerSettings;
          eraser: OptimizerSettings;
        };
      }
    | {
        kind: 'domain-adaptation';
        features: {
          kind: 'paper-mnist' | 'paper-svhn' | 'small' | 'table';
          width: number;
          depth: number;
          dropout: number;
          normaliseImages: boolean;
          /**
           * Batch statistics: of all domains together or of each by itself.
           */
          statistics: 'shared' | 'per-domain';
        };
        alignment: {
          /**
           * Most that the domain classifier's gradient is reversed by.
           */
          weight: number;
          steepness: number;
          conditional: boolean;
        };
        unlabelled: {
          entropyWeight: number;
          confusionWeight: number;
          confusionTemperature: number;
          /**
           * Weight of its own confident predictions where there are no labels.
           */
          pseudoLabelWeight: number;
          pseudoLabelThreshold: number;
        };
        optimizers: {
          featureExtractor: OptimizerSettings;
          labelPredictor: OptimizerSettings;
          domainClassifier: OptimizerSettings;
        };
      }
    | {
        kind: 'own';
        game: string;
        /**
         * Your module that defines a game (./game.ts). Default: the recipe's game.
         */
        code: string | null;
        optimizers: {
          [k: string]: OptimizerSettings;
        };
        [k: string]: unknown;
      };
  /**
   * Decay per update of the average of the weights that is evaluated.
   */
  averaging: number | null;
  /**
   * Bound on the norm of each group's gradient.
   */
  clipNorm: number | null;
  /**
   * Examples in a round, over all workers.
   */
  batchSize: number;
  /**
   * Parts of a batch, each normalised by itself: a power of two.
   */
  shards: number;
  /**
   * Length of the run in passes over the training examples.
   */
  epochs: number | null;
  /**
   * Length of the run in rounds (batches). Default: as epochs says.
   */
  rounds: number | null;
  /**
   * Figure of the held-out examples that names the best checkpoint: reconstruction_mse, kept_loss, kept_score, classifier_loss, classifier_accuracy; where a model is carried to another domain: label_loss, label_accuracy, target_accuracy; of your game its own.
   */
  monitor: string;
  /**
   * Stop after this many epochs without a better figure. Default: it never stops early.
   */
  patience: number | null;
  checkpoints: {
    /**
     * Epochs between checkpoints.
     */
    everyEpochs: number;
    /**
     * Rounds between further checkpoints.
     */
    everyRounds: number | null;
    /**
     * Latest checkpoints to keep, besides the best.
     */
    keep: number;
  };
  /**
   * False: draw no picture of redrawn test images after each epoch.
   */
  grid: boolean;
  /**
   * False: do not measure at the end what was forgotten.
   */
  evaluation: boolean;
  /**
   * Classifiers that are trained afresh to measure it: linear, mlp, neighbours, deep, boosted-trees, forest, or all.
   */
  probes: ('linear' | 'mlp' | 'neighbours' | 'deep' | 'boosted-trees' | 'forest')[];
  cluster: {
    /**
     * What computes. Default: native if it is set up.
     */
    engine: 'native' | 'wasm';
    /**
     * Threads inside one operation; part of the result, as it changes rounding.
     */
    threads: number;
    /**
     * Worker processes here. Default: one per GPU, else one per two cores, but no more than shards.
     */
    workers: number;
    /**
     * Parameter-server processes.
     */
    servers: number;
    /**
     * Allow several workers on one GPU.
     */
    shareGpus: boolean;
    /**
     * Allow more than four workers, or servers, for each core of this machine.
     */
    oversubscribe: boolean;
    /**
     * Let workers on other machines join, for example at tcp://0.0.0.0:5555. Default: this machine alone.
     */
    listen: string | null;
    /**
     * Name or address of this machine in the line that workers join with. Default: the one of listen.
     */
    advertise: string | null;
    /**
     * No encryption and no keys at that address.
     */
    insecurePlaintext: boolean;
    /**
     * Connections of a worker on another machine to each server (1 to 16); more than one where packets are lost.
     */
    connections: number;
    /**
     * Workers to wait for before the first round. Default: those started here, but at least one.
     */
    awaitWorkers: number;
    /**
     * How often processes say that they live.
     */
    heartbeatSeconds: number;
    /**
     * Silence after which a process counts as dead.
     */
    stallSeconds: number;
    /**
     * How long a run that has no worker left waits for one.
     */
    patienceSeconds: number;
    /**
     * How often in a row a process may die before it gets anywhere.
     */
    restarts: number;
    /**
     * Refuse workers that may compute other bits than each other, or than those that computed the run so far.
     */
    strictBits: boolean;
  };
}

/** Settings of a part of which any may be left out; `*` stands for every network. */
export type Partly<Part> = Part extends readonly unknown[] | string | number | boolean | null
  ? Part
  : { [Key in keyof Part]?: Key extends 'optimizers' ? Partly<Part[Key]> & { '*'?: Partly<OptimizerSettings> } : Partly<Part[Key]> };

/**
 * Settings of a run, over those of its recipe: by the short names, which are those of the flags, or as parts of the whole configuration. A setting is given once.
 */
export interface Settings {
  /**
   * Settings to start from. Default: forget-short.
   */
  recipe?:
    | 'forget-short'
    | 'adult'
    | 'alike-hospitals'
    | 'article'
    | 'avatars'
    | 'coloured-digits'
    | 'faces'
    | 'faces-paper'
    | 'forget'
    | 'hospitals'
    | 'keep-and-forget'
    | 'mnist-to-mnist-m'
    | 'mnist-to-mnist-m-paper'
    | 'mnist-to-usps'
    | 'own-images'
    | 'own-table'
    | 'quick'
    | 'svhn-to-mnist'
    | 'svhn-to-mnist-paper'
    | 'usps-to-mnist';
  /**
   * Your module that defines a game (./game.ts). Default: the recipe's game.
   */
  game?: string | null;
  /**
   * Start from the weights of this run, or of a folder that lethe export wrote. Default: from those that the seed draws.
   */
  initFrom?: string | null;
  /**
   * Length of the run in passes over the training examples.
   */
  epochs?: number | null;
  /**
   * Length of the run in rounds (batches). Default: as epochs says.
   */
  rounds?: number | null;
  /**
   * Examples in a round, over all workers.
   */
  batchSize?: number;
  /**
   * Columns that the features keep.
   */
  keep?: readonly string[];
  /**
   * Columns that they forget. Default: the recipe's: mostly the label.
   */
  forget?: readonly string[];
  /**
   * Let the encoder see forgotten columns of a table.
   */
  forgetFromInputs?: boolean;
  /**
   * Forget a column altogether (parity), or what it tells beyond the kept label (odds).
   */
  fairness?: 'parity' | 'odds';
  /**
   * Rebuild the examples too, told what is forgotten.
   */
  rebuild?: boolean;
  /**
   * Weight of rebuilding the example.
   */
  rebuildWeight?: number;
  /**
   * Forget each attribute, but not their combinations.
   */
  separately?: boolean;
  /**
   * Rare values of what is forgotten weigh as much as others.
   */
  balanced?: boolean;
  /**
   * The article's convolutions, a perceptron, or the convolutions of Fader Networks.
   */
  encoder?: 'by-input' | 'article' | 'perceptron' | 'fader';
  /**
   * Of the layers of a perceptron, or maps of the first layer of fader.
   */
  encoderWidth?: number;
  /**
   * Hidden layers of a perceptron, or layers of fader.
   */
  encoderDepth?: number;
  /**
   * Most maps of a layer of fader.
   */
  encoderMostMaps?: number;
  /**
   * Norm of the layers of fader and of fader's decoder.
   */
  encoderNormalisation?: 'batch' | 'instance';
  /**
   * How fader's decoder enlarges: by transposed convolutions, or by repeating pixels in front of a convolution.
   */
  decoderUpsampling?: 'transposed' | 'nearest';
  /**
   * How the encoder hides what it forgets.
   */
  hiding?:
    | 'negative-likelihood'
    | 'capped-likelihood'
    | 'up-to-chance'
    | 'uniform-target'
    | 'negative-entropy'
    | 'wrong-label'
    | 'gradient-reversal';
  /**
   * Weight of hiding against keeping and rebuilding.
   */
  beta?: number;
  /**
   * Rounds over which that weight climbs from 0.
   */
  betaRampRounds?: number;
  /**
   * How many numbers the encoder makes of an example.
   */
  latentSize?: number | null;
  /**
   * Share of values that the encoder drops.
   */
  encoderDropout?: number;
  /**
   * Share of values that the decoder drops.
   */
  decoderDropout?: number;
  /**
   * What lies between encoder and decoder.
   */
  bottleneck?: 'article' | 'gaussian' | 'variational';
  /**
   * Weight of each nat that passes it.
   */
  bottleneckWeight?: number;
  /**
   * Decay per update of the average of the weights that is evaluated.
   */
  averaging?: number | null;
  /**
   * Steps of the classifier in a round.
   */
  classifierTurns?: number;
  /**
   * One batch for a round, or for each step.
   */
  batchPer?: 'round' | 'step';
  /**
   * Networks that do not learn in a phase: by the batch and with dropout, or by running statistics and without.
   */
  frozenMode?: 'training' | 'evaluation';
  /**
   * Steps of the flow that erases what is left of a forgotten column.
   */
  eraserCouplings?: number;
  /**
   * In place of them: means and covariances of the features become the same for all values.
   */
  eraserCovariances?: boolean;
  /**
   * Of them: directions in which features vary less than this share of the mean are left out.
   */
  eraserLeastVariance?: number;
  /**
   * From features as they are in training, or as the classifier reads them.
   */
  eraserLearnsWith?: 'encoder' | 'classifier';
  /**
   * Of the hidden layers of each coupling.
   */
  eraserWidth?: number;
  /**
   * Number that everything random follows from.
   */
  seed?: number;
  /**
   * Parts of a batch, each normalised by itself: a power of two.
   */
  shards?: number;
  /**
   * A perceptron of each column, or one network of convolutions over the maps of fader that reads all of them.
   */
  adversary?: 'perceptron' | 'convolutional';
  /**
   * Of its hidden layers.
   */
  adversaryWidth?: number;
  /**
   * Hidden layers of a perceptron.
   */
  adversaryDepth?: number;
  /**
   * Between them.
   */
  adversaryActivation?: 'relu' | 'tanh';
  /**
   * Share of values that it drops.
   */
  adversaryDropout?: number;
  /**
   * The latent in training: without its noise or with it.
   */
  adversaryReads?: 'mean' | 'sample';
  /**
   * Bring latents to deviation 1 first.
   */
  adversaryStandardise?: boolean;
  /**
   * Divide its weights by their largest singular value.
   */
  adversarySpectralNorm?: boolean;
  /**
   * How many have to be fooled at once.
   */
  adversaries?: number;
  /**
   * Rounds after which one of them starts afresh.
   */
  adversaryFreshEvery?: number | null;
  /**
   * Of every network.
   */
  learningRate?: number;
  /**
   * Of the encoder.
   */
  encoderLearningRate?: number;
  /**
   * Of the decoder.
   */
  decoderLearningRate?: number;
  /**
   * Of what reads kept columns.
   */
  headLearningRate?: number;
  /**
   * Of the classifier.
   */
  classifierLearningRate?: number;
  /**
   * Of every network.
   */
  optimizer?: 'adam' | 'sgd';
  /**
   * Of sgd.
   */
  momentum?: number;
  /**
   * Course of the learning rates.
   */
  schedule?: 'constant' | 'linear' | 'cosine' | 'annealed';
  /**
   * Rounds over which the rates climb from 0.
   */
  warmupRounds?: number;
  /**
   * What is left of the rates at the end.
   */
  finalFactor?: number;
  /**
   * Bound on the norm of each group's gradient.
   */
  clipNorm?: number | null;
  /**
   * For recipes that carry a model to another domain: the name of that domain, whose labels are not looked at. Default: the recipe's, if it names one.
   */
  target?: string | null;
  /**
   * What to learn from; each is a run of each kind, compared. Default: each.
   */
  training?: 'each' | 'sources' | 'adaptation' | 'target';
  /**
   * Most that the domain classifier's gradient is reversed by.
   */
  alignmentWeight?: number;
  /**
   * Weight of its own confident predictions where there are no labels.
   */
  pseudoLabelWeight?: number;
  /**
   * Batch statistics: of all domains together or of each by itself.
   */
  statistics?: 'shared' | 'per-domain';
  /**
   * Kind of data (mnist, coloured-mnist, avatars, idx, images, celeba, table, domains), or your module that reads them (./reader.ts). Default: what dataDir holds, else mnist.
   */
  data?:
    | ('mnist' | 'coloured-mnist' | 'avatars' | 'idx' | 'images' | 'celeba' | 'table' | 'domains' | 'own')
    | `${string}.${'ts' | 'mts' | 'js' | 'mjs'}`
    | Partly<CompleteSettings['data']>;
  /**
   * Folder with your data: images (with a list, or as class/image), IDX files, or what the recipe reads. Default: MNIST, which comes with Lethe.
   */
  dataDir?: string | null;
  /**
   * Resize images of a folder to this square: a multiple of 4.
   */
  imageSize?: number;
  /**
   * Read images of a folder as grey (1) or colour (3).
   */
  channels?: 1 | 3;
  /**
   * Most that packed files of the data may be unpacked to, in GiB.
   */
  unpackedGib?: number;
  /**
   * Training examples kept back and scored every epoch.
   */
  heldOut?: number;
  /**
   * Columns whose values batches have equally often. Default: as the data are.
   */
  balance?: readonly string[];
  /**
   * See every other training image in a mirror.
   */
  flip?: boolean;
  /**
   * Column of a list with the names of the images. Default: file, or a name like it.
   */
  fileColumn?: string | null;
  /**
   * Column with the labels. Default: label, or what the recipe says.
   */
  labelColumn?: string | null;
  /**
   * Column with the domain of each example. Default: domain.
   */
  domainColumn?: string | null;
  /**
   * Column that says train, val or test. Default: split, if it is there.
   */
  splitColumn?: string | null;
  /**
   * Column like patient: examples of one group are never on two sides of a split. Default: none.
   */
  groupColumn?: string | null;
  /**
   * Columns to leave out.
   */
  ignore?: readonly string[];
  /**
   * Columns to read as numbers; words in them are missing values.
   */
  asNumber?: readonly string[];
  /**
   * Columns to read as categories, numbers too.
   */
  asCategory?: readonly string[];
  /**
   * Inputs of the rows of a table: npy, npz or safetensors in its folder. Default: features.*, if it is there.
   */
  vectors?: string | null;
  /**
   * No word about labels that differ in case or spaces alone.
   */
  labelsAsIs?: boolean;
  /**
   * What transparent images lie on: white, black, or a colour like #8040c0.
   */
  background?: string;
  /**
   * Leave out images that cannot be read, up to this share of all (0.1 if none is said). Default: none is left out.
   */
  skipBad?: number | boolean;
  /**
   * Leave out classes with fewer examples.
   */
  minPerClass?: number;
  /**
   * Mark before the decimals of numbers.
   */
  decimal?: '.' | ',';
  /**
   * Mark between the thousands of numbers.
   */
  thousands?: '' | '.' | ',' | ' ' | "'";
  /**
   * Most memory that a process takes for inputs, in MiB; more are read from a file.
   */
  dataMemoryMib?: number;
  /**
   * Figure of the held-out examples that names the best checkpoint: reconstruction_mse, kept_loss, kept_score, classifier_loss, classifier_accuracy; where a model is carried to another domain: label_loss, label_accuracy, target_accuracy; of your game its own.
   */
  monitor?: string;
  /**
   * Stop after this many epochs without a better figure. Default: it never stops early.
   */
  patience?: number | null;
  /**
   * Epochs between checkpoints.
   */
  checkpointEveryEpochs?: number;
  /**
   * Rounds between further checkpoints.
   */
  checkpointEveryRounds?: number | null;
  /**
   * Latest checkpoints to keep, besides the best.
   */
  keepCheckpoints?: number;
  /**
   * False: do not measure at the end what was forgotten.
   */
  evaluation?: boolean;
  /**
   * Classifiers that are trained afresh to measure it: linear, mlp, neighbours, deep, boosted-trees, forest, or all.
   */
  probes?: ('all' | 'trees') | ('linear' | 'mlp' | 'neighbours' | 'deep' | 'boosted-trees' | 'forest')[];
  /**
   * False: draw no picture of redrawn test images after each epoch.
   */
  grid?: boolean;
  /**
   * Worker processes here. Default: one per GPU, else one per two cores, but no more than shards.
   */
  workers?: number;
  /**
   * Parameter-server processes.
   */
  servers?: number;
  /**
   * Threads inside one operation; part of the result, as it changes rounding.
   */
  threads?: number;
  /**
   * What computes. Default: native if it is set up.
   */
  engine?: 'native' | 'wasm';
  /**
   * Allow several workers on one GPU.
   */
  shareGpus?: boolean;
  /**
   * Allow more than four workers, or servers, for each core of this machine.
   */
  oversubscribe?: boolean;
  /**
   * Let workers on other machines join, for example at tcp://0.0.0.0:5555. Default: this machine alone.
   */
  listen?: string | null;
  /**
   * Name or address of this machine in the line that workers join with. Default: the one of listen.
   */
  advertise?: string | null;
  /**
   * Workers to wait for before the first round. Default: those started here, but at least one.
   */
  awaitWorkers?: number;
  /**
   * No encryption and no keys at that address.
   */
  insecurePlaintext?: boolean;
  /**
   * Connections of a worker on another machine to each server (1 to 16); more than one where packets are lost.
   */
  connections?: number;
  /**
   * How often processes say that they live.
   */
  heartbeatSeconds?: number;
  /**
   * Silence after which a process counts as dead.
   */
  stallSeconds?: number;
  /**
   * How long a run that has no worker left waits for one.
   */
  patienceSeconds?: number;
  /**
   * Refuse workers that may compute other bits than each other, or than those that computed the run so far.
   */
  strictBits?: boolean;
  /**
   * How often in a row a process may die before it gets anywhere.
   */
  restarts?: number;
  /**
   * Start from the weights of this run, or of a folder that lethe export wrote. Default: from those that the seed draws.
   */
  initialWeights?: string | null;
  objective?: Partly<CompleteSettings['objective']>;
  checkpoints?: Partly<CompleteSettings['checkpoints']>;
  cluster?: Partly<CompleteSettings['cluster']>;
}
