import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isPicture, shapeInWords } from '@lethe/data';
import { LetheError } from '@lethe/errors';
import { deployedDecoder } from '@lethe/evaluation';
import { NewOutput } from '@lethe/run-folder';
import type { AttributeWalk } from './attribute-walk.js';
import type { DrawingPlan } from './drawing-plan.js';
import { LoadedNetworks } from './loaded-networks.js';
import { openRunNetworks, type RunNetworks } from './open-run-networks.js';
import { DistinctNames, FileNames, folderName } from './redrawn-names.js';
import { toldValues } from './told-values.js';
import { forUnseenExamples, type UnseenRunRequest, type WatchOptions } from './unseen-run.js';
import { planOfWalk } from './walk-plan.js';
import { writeImages } from './write-images.js';

/** Images in files that are to be redrawn. */
export interface RedrawFilesRequest extends UnseenRunRequest {
  /** Absolute path of the folder to make. */
  readonly out: string;
  /** What the decoder is told (see `toldValues`); null: each of its values in turn, a folder for each. */
  readonly label: string | null;
  /** One attribute is walked through instead, and the others stay as they are. Default: none is. */
  readonly walk?: AttributeWalk | null;
  /** With a walk: values that examples are known to have, as NAME=VALUE with commas. Default: as each is rebuilt best. */
  readonly set?: string | null;
}

/** What was written. */
export interface RedrawnFiles {
  readonly examples: number;
  /** What they were redrawn as; each has a folder of its own unless it was the one that was asked for. */
  readonly told: readonly string[];
}

/**
 * Redraws a user's images as if they had another label, or another value of what the run forgets: PNG files named as their sources. Of a
 * walk there is a folder for each place, and beside them a strip for each image: the image, what it is rebuilt as, and the places.
 * @throws LetheError CONFIG_INVALID for a run without a decoder or of no images, and for a folder that has something in it, and as
 * `encodeFiles` does
 */
export function redrawFiles(request: RedrawFilesRequest, options: WatchOptions): Promise<RedrawnFiles> {
  return NewOutput.make('--out', request.out, (output) => redrawInto(output, request, options));
}

async function redrawInto(output: NewOutput, request: RedrawFilesRequest, options: WatchOptions): Promise<RedrawnFiles> {
  const networks = await openRunNetworks(request, { notice: options.onNotice });
  const { objective } = networks.description;
  const decode = decoderOf(networks);
  const { walk = null, set = null } = request;
  const plan = walk === null ? planOfValues(networks, request, output) : planOfWalk(networks.description, { walk, set, output });
  const loaded = await LoadedNetworks.load(networks, { domain: request.domain, notice: options.onNotice });
  try {
    const redraw = await loaded.compile({ name: 'redraw', seeds: null, compute: (context) => decode(context, objective.encode(context)) });
    const namer = new FileNames(plan.folders);
    await mkdir(output.temporary, { recursive: true });
    const examples = await forUnseenExamples(networks, request, {
      ...options, use: async ({ inputs, sources }) => {
        const files = sources.map((source) => namer.nameOf(source));
        await plan.draw({ inputs, files, redraw });
      },
    });
    for (const line of plan.said()) options.onNotice(line);
    return { examples, told: plan.told };
  } finally {
    loaded.close();
  }
}

/** Each example under each of the values. */
function planOfValues({ description }: RunNetworks, request: RedrawFilesRequest, output: NewOutput): DrawingPlan {
  const told = toldValues(description, request.label);
  const names = new DistinctNames();
  const places = told.map(({ name, inputs }) => ({ inputs, folder: folderOf(output, request, names.of(folderName(name))) }));
  const { shape } = description.facts;
  return {
    told: told.map(({ name }) => name), folders: [], said: () => [],
    draw: async ({ inputs, files, redraw }) => {
      for (const { folder, inputs: values } of places) {
        const images = await redraw(inputs, values);
        await output.store(() => writeImages({ images, files, folder }, shape));
      }
    },
  };
}

function decoderOf({ run, description }: RunNetworks): NonNullable<ReturnType<typeof deployedDecoder>> {
  const { facts: { shape }, config } = description;
  const decode = deployedDecoder(description);
  const found = decode === null ? 'one without a decoder' : `one of ${shapeInWords(shape)} numbers, which are no pictures`;
  if (decode !== null && isPicture(shape)) return decode;
  throw new LetheError('CONFIG_INVALID', `${run.name}: expected a run of a game that redraws images, found ${found} (${config.recipe})`);
}

/** Where images go that are redrawn under one of several values, or under the one that was asked for. */
function folderOf({ temporary }: NewOutput, { label }: RedrawFilesRequest, name: string): string {
  return label === null ? join(temporary, name) : temporary;
}
