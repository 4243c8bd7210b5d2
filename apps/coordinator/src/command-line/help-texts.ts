import { CACHE_KINDS } from '@lethe/lethe/cache-kinds';

/** What `lethe --help` says after the list of commands. */
export const GENERAL_HELP = `
train, new, profile, grid, checkpoint, evaluate, sweep, runs, compare, status, cancel, data, encode,
predict, redraw, cache and doctor are Nx targets too:
  npx nx run coordinator:train -- --workers 2 --beta 0.5

Relative paths mean the folder where you typed.

Exit codes (1 for any error through Nx; those of a worker: lethe worker --help):
  0    done
  1    the run failed, or one of several runs did
  2    something asked for is wrong, and nothing was learnt
  3    training diverged: a loss, a figure or a weight is not finite; the last good checkpoint
       stays. Of several runs (--seeds, a comparison, a sweep): some diverged, none was completed
  130  interrupted by Ctrl-C, SIGTERM or SIGHUP: the rounds until then are saved, and train --resume
       goes on; what was still to be measured is not measured (lethe evaluate does)`;

/** What the help of a run says as long as it does not show every flag. */
export const MORE_FLAGS_HELP = `
These are the flags that are used most. All of them: --help all`;

const RECIPES = `
Recipes:
  features that forget the label (MNIST, or the images in --data-dir):
  forget-short           in a few minutes with MNIST
  forget                 forgets the most, in twice the epochs
  article                the method that Lethe began with, as published (with --shards 1)
  quick                  the same with a greater rate, in 5 epochs; forgets little
  features that keep some columns and forget others (docs/keep-and-forget.md):
  keep-and-forget        those of --keep and --forget, of a table or of images with a list
  adult                  of the census: keeps income, forgets sex
  alike-hospitals        keeps a diagnosis, forgets which of four hospitals it is from
  coloured-digits        keeps the digit, forgets what its colour tells beyond it
  avatars                drawn faces: forgets whether they wear glasses, rebuilds the rest
  faces                  CelebA: forgets the attributes of --forget, rebuilds the rest
  faces-paper            the same, by the game of Fader Networks
  features that keep the label and forget the domain (docs/data.md says what --data-dir holds):
  mnist-to-mnist-m, svhn-to-mnist (each also as ...-paper), usps-to-mnist, mnist-to-usps
                         reading digits is carried from one collection to another
  hospitals              a diagnosis is carried from three hospitals to a fourth
  own-images, own-table  own data with a domain for each example, to the one of --target`;

export const TRAIN_HELP = `${RECIPES}

With --dry-run nothing is started or written: it reads the data, computes the first shard of the
first round, and prints the networks with their shapes, who trains them and how, and what is sent.

Settings come from the recipe, then the file of --config (JSON with any part of a run's
config.json), then flags; later ones win. The weights of a run depend on its settings alone, not on
the number of workers or servers.

With --resume, --epochs or --rounds may be greater than before, --data-dir says where the run's data
lie now, and workers and servers may be more or fewer. Settings that change what is learnt stay as
they are. A folder of several runs (--seeds, or a comparison) keeps all settings but --data-dir and
--unpacked-gib.

Examples:
  npx lethe train                                      a first run, a few minutes on two cores
  npx lethe train --recipe forget                      forgets the most
  npx lethe train --recipe article --shards 1          the method that Lethe began with
  npx lethe train --recipe article --dry-run           what its networks and phases are
  npx lethe train --recipe forget --seeds 1,2,3        a run from each seed, with deviations
  npx lethe train --workers 2 --beta 0.1 --name mild   into runs/mild
  npx lethe train --data-dir ./faces --channels 3 --image-size 64    own images, in colour
  npx lethe train --recipe keep-and-forget --data-dir ./people --keep income --forget sex,race
  npx lethe train --recipe mnist-to-mnist-m --data-dir ./data --seeds 1,2,3
  npx lethe train --recipe hospitals --data-dir ./data --target va
  npx lethe train --resume mild --epochs 10 --workers 1
  npx lethe train --workers 0 --listen tcp://0.0.0.0:5555 --await-workers 4`;

export const NEW_HELP = `
The folder has to be empty, or has only what npm has put there. It gets game.ts, which
\`lethe train --game\` plays, game.test.mjs, which \`node --test\` runs, a made table in which one
column is to be kept and another to be forgotten, a README and a tsconfig.json for editors.

Example:
  npx lethe new game ./speaker`;

export const PROFILE_HELP = `${RECIPES}

Takes the flags of train for one run. Nothing is measured, and no grid is drawn: flags that say how
change nothing. The trace opens in chrome://tracing or at ui.perfetto.dev: what each worker waited
for, computed and sent, what each parameter server summed and updated, round by round.
docs/performance.md says how to read it.

Examples:
  npx lethe profile
  npx lethe profile --recipe article --workers 2 --name twice`;

export const EXPORT_HELP = `
The folder stands alone: model.safetensors and model.py (PyTorch), an .onnx file for each of
encoder, decoder and predictor that the run has, saved_model (TensorFlow), tfjs (browsers),
preprocess.json (how inputs are made), check.npz (examples, and what the run makes of them) and
README.md, a model card. The weights are those that were measured: averages where the run keeps
them. No noise is added.

Examples:
  npx lethe export mild --out mild-encoder
  npx lethe export runs/mild --checkpoint best --out mild-encoder`;

export const GRID_HELP = `
A test image of each class, one per row, redrawn under every label; the true label is on the
diagonal.

Examples:
  npx lethe grid mild
  npx lethe grid runs/mild --checkpoint best --out mild.png`;

export const CHECKPOINT_HELP = `
The same as sending SIGUSR2 to the process of the run. Prints where the checkpoint is; \`lethe train
--resume\` goes on from it.

Example:
  npx lethe checkpoint mild`;

export const EVALUATE_HELP = `
The classifier that the encoder was trained against proves nothing. So fresh classifiers (probes)
are trained on the latents of the training examples, and scored on those of the test examples.
Probes on shuffled labels and on raw pixels show what is least and most. A judge, a classifier of
raw images, reads every test image redrawn under every label. Writes evaluation.json and report.html
into the run's folder. Every run ends with this unless --no-evaluation is given. docs/measures.md
defines every figure.

Examples:
  npx lethe evaluate mild
  npx lethe evaluate mild --probes all
  npx lethe evaluate runs/mild --checkpoint best --seeds 1,2,3,4,5 --workers 2`;

export const DATA_HELP = `${RECIPES}

Knows IDX files, images with a list or in folders called as their classes are, archives of them,
tables with or without vectors beside them, SVHN's MATLAB files and USPS as LIBSVM has it. With
--recipe it reads what that recipe reads in the folder, with --data ./reader.ts what a module of
yours reads. Says how every column was read, how many examples of each class and domain there are,
what one column alone tells of another, which test examples are training examples, and which images
show nothing; names every file that cannot be read; and draws the first images of each class.
Decoded images are kept, so that training does not decode them again.

Exit codes: 0 all can be read, 2 something cannot (--skip-bad goes on without some).

Examples:
  npx lethe data ./digits
  npx lethe data ./photographs --label-column species --image-size 64 --channels 3
  npx lethe data ./hospitals --recipe own-table --label-column ill
  npx lethe data ./digits --out /tmp/sheets`;

export const RUNS_HELP = `
States: running; complete; interrupted, which train --resume goes on with; diverged; failed. Figures
have the names that sweep.csv gives them, and 95 % intervals in parentheses: what other test
examples could have given. Of a sweep they are its best trial's, of runs from several seeds the
means, of a comparison the means of the runs that adapt. docs/measures.md defines them.

Folders that cannot be read, or are none of Lethe's, are named below the list.

Examples:
  npx lethe runs
  npx lethe runs --runs-dir runs/sweep-2026-01-31-120000/trials
  npx lethe runs --json`;

export const COMPARE_HELP = `
Settings that are as the runs' recipes say are counted, not listed (--json lists them). A loss is
averaged over some rounds first. Where curves cross more than once, the last crossing is named,
after which one is lower throughout. Intervals that lie apart tell runs of the same data apart; how
much chance there is in training, only runs from several seeds show (train --seeds).

Examples:
  npx lethe compare mild strong
  npx lethe compare sweep-2026-01-31-120000/trials/001 sweep-2026-01-31-120000/trials/002
  npx lethe compare mild strong other --json`;

export const STATUS_HELP = `
States are those of lethe runs, and of a job those of squeue. Where its workers are is said as long
as it runs.

Examples:
  npx lethe status faces
  npx lethe status faces --json`;

export const CANCEL_HELP = `
The command returns at once; lethe status says when it is over, and train --resume goes on. A job
that still waits is taken from the queue. What a plain scancel does to a run that goes on is worse:
all of its processes end in that moment, and it goes on from the last checkpoint before.

Examples:
  npx lethe cancel faces
  npx lethe cancel faces --at-once`;

const EXAMPLES = `
The folder of --data-dir holds examples of the kind that the run was trained on: images (in folders,
archives, or named by a list), IDX files or arrays of bytes, tables (text or Parquet) with the run's
input columns, or a file of vectors. Labels are not read. What was fitted to the training data lies
in the run's folder, so that these need not be there. docs/encode.md says more.`;

export const ENCODE_HELP = `${EXAMPLES}

Memory does not grow with the number of examples. .csv and .parquet have the file of each example
and, where a file holds several, its row (from 0); beside .npy and .safetensors these lie in a table
with .names.csv behind the file's name, in the same order.

Examples:
  npx lethe encode mild --data-dir ./digits --out features.npy
  npx lethe encode adult --data-dir ./people --checkpoint best --out features.parquet
  npx lethe encode mild --data-dir ./digits --sampled --seed 7 --out sampled.csv`;

export const PREDICT_HELP = `${EXAMPLES}

Of each kept category the likeliest value and a probability for each value, of each kept number the
value in its own unit and the deviation that the run expects. A run that adapts to a domain predicts
the label; its examples count as the target's unless --domain says otherwise.

Examples:
  npx lethe predict adult --data-dir ./people --out predictions.csv
  npx lethe predict carried --data-dir ./digits --domain mnist --out predictions.csv`;

export const REDRAW_HELP = `${EXAMPLES}

Writes a PNG file for each image, named as its source. The run must have a decoder, as those of
recipes article, quick, forget-short, forget, avatars and faces have.

With --attribute there is a folder for each place of the walk, and a strip of each image: as it is,
rebuilt, and all places. Pictures are cropped and resized as the run's own images were.

Examples:
  npx lethe redraw mild --data-dir ./digits --label 7 --out sevens
  npx lethe redraw mild --data-dir ./digits --all-labels --out redrawn
  npx lethe redraw faces --attribute Eyeglasses --from no --to yes --out with-glasses me.jpg`;

export const CACHE_HELP = `
Kinds, and what becomes of them if they are missed:
${CACHE_KINDS.map(({ name, holds, otherwise }) => `  ${name.padEnd(12)}${holds}; ${otherwise}`).join('\n')}

What a running process uses stays, and so does what has another name. The folder is that of
LETHE_CACHE, else lethe in XDG_CACHE_HOME or ~/.cache. Runs lie elsewhere (--runs-dir).

Examples:
  npx lethe cache
  npx lethe cache clear judges`;

export const DOCTOR_HELP = `
Prints the engine, its version, device and threads, the cache folder, how workers would be placed,
and whether a step runs. Fails unless a step runs and the workers can be placed.

Sets TensorFlow up first if it is not, as every command does that computes. LETHE_TENSORFLOW chooses
which: cpu, cuda, or none (WebAssembly); without it, cuda where NVIDIA's driver is.

With --report it also writes lethe-report-RUN.txt, for whoever has to find out what went wrong.
Keys, tokens and home folders are left out. Names of hosts, columns and classes are not: read it
before you send it.

Examples:
  npx lethe doctor
  npx lethe doctor --report mild
  npx lethe doctor --workers 4 --share-gpus`;

export const WORKER_HELP = `
A run that was started with --listen prints the whole command line to use, and the file with its
token. On another machine, copy that file, or hand over what is in it on standard input.

Workers compute on the GPUs of this machine (those that CUDA_VISIBLE_DEVICES leaves), one on each,
or one on all of its cores. They end with the run.

Exit codes: 0 the run has ended, 1 this worker failed, 2 something typed is wrong, 4 the run does
not take this worker or has thrown it out, 5 the coordinator is not heard any more, 6 a GPU or
TensorFlow is missing here.

Examples:
  npx lethe worker --join tcp://192.0.2.7:5555 --key KEY --token-file token --threads 1
  ssh HOST cat runs/NAME/join-token | \\
    npx lethe worker --join tcp://192.0.2.7:5555 --key KEY --token-file -
  npx lethe worker --join tcp://192.0.2.7:5555 --insecure-plaintext --gpu 2,3
  npx lethe worker --join tcp://192.0.2.7:5555 --insecure-plaintext --gpu none --workers 4`;

export const SWEEP_HELP = `${RECIPES}

Takes the settings of lethe train, with several values (commas) or, together with --random, a range
(low..high, on a logarithmic scale above 0); --set does the same for any setting, with values in
JSON where they are lists. Every combination is a trial: a run of its own in the sweep's folder,
never trained twice. A trial that crashes is tried once more from its checkpoint; one that failed
is tried again by --resume, for example when missing data are there again. --resume keeps all
settings but --data-dir and --unpacked-gib. Trials that diverge are no failure of a sweep in which
others are completed. Writes sweep.csv, pareto.svg and report.html.

Examples:
  npx lethe sweep --recipe forget --beta 0.01,0.02,0.05,0.1 --seed 1,2,3 --trials-at-once 2
  npx lethe sweep --recipe forget --beta 0.005..0.1 --random 12 \\
    --set objective.bottleneck.weight=0.001,0.002
  npx lethe sweep --recipe own-table --data-dir ./data --target c \\
    --set 'data.domains.sources=["a","b"],["b"]'
  npx lethe sweep --recipe forget --beta 0.01,0.02,0.05 \\
    --halving held_out/reconstruction_mse --factor 2
  npx lethe sweep --resume sweep-2026-01-31-120000`;
