import { writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A card as a stand-in for `nvidia-smi` lists it. */
export interface ListedCard {
  readonly model: string;
  /** `GPU-` and hexadecimal digits. */
  readonly uuid: string;
  /** The instances of a divided card. */
  readonly parts?: readonly { readonly profile: string; readonly uuid: string }[];
  readonly driver?: string;
  readonly computeCapability?: string;
  readonly memoryMiB?: number;
}

/** Two cards, the first divided, with ids in the form in which the driver's tool prints those of real cards. */
export const DIVIDED_AND_WHOLE: readonly ListedCard[] = [
  {
    model: 'NVIDIA A100-SXM4-40GB', uuid: 'GPU-e86cb44c-6756-fd30-cd4a-1e6da3caf9b0', computeCapability: '8.0', memoryMiB: 40_960,
    parts: [
      { profile: '3g.20gb', uuid: 'MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f' },
      { profile: '1g.5gb', uuid: 'MIG-cba663e8-9bed-5b25-b243-5985ef7c9beb' },
    ],
  },
  { model: 'NVIDIA A100-SXM4-40GB', uuid: 'GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77', computeCapability: '8.0', memoryMiB: 40_960 },
];

/**
 * Puts a stand-in for `nvidia-smi` into a folder. It answers `-L` and `--query-gpu=FIELDS --format=csv,noheader` with the text of
 * the real tool. Like the real one it lists all cards with any `CUDA_VISIBLE_DEVICES`, and refuses fields that it does not know.
 *
 * @returns a `PATH` on which it is found first
 */
export function standInNvidiaSmi(folder: string, cards: readonly ListedCard[], path: string): string {
  const list = cards.flatMap(({ model, uuid, parts = [] }, index) => [
    `GPU ${index}: ${model} (UUID: ${uuid})`,
    ...parts.map((part, device) => `  MIG ${part.profile.padEnd(11)} Device ${String(device).padStart(2)}: (UUID: ${part.uuid})`),
  ]);
  const fields = cards.map(({ model, uuid, driver = '550.54.15', computeCapability = '9.0', memoryMiB = 81_559 }, index) => ({
    index: String(index), uuid, gpu_uuid: uuid, name: model, gpu_name: model, driver_version: driver, compute_cap: computeCapability,
    'memory.total': `${memoryMiB} MiB`, 'memory.used': '1024 MiB',
  }));
  const script = `#!${process.execPath}
const [first = ''] = process.argv.slice(2);
const asked = /^--query-gpu=(.+)$/.exec(first)?.[1].split(',').map((field) => field.trim());
if (first === '-L') process.stdout.write(${JSON.stringify(list.map((line) => `${line}\n`).join(''))});
else if (asked === undefined) {
  console.log('Invalid combination of input arguments. Please run \\'nvidia-smi -h\\' for help.');
  process.exitCode = 1;
} else for (const card of ${JSON.stringify(fields)}) {
  const unknown = asked.find((field) => !(field in card));
  if (unknown !== undefined) { console.log(\`Field "\${unknown}" is not a valid field to query.\\n\`); process.exitCode = 2; break; }
  console.log(asked.map((field) => card[field]).join(', '));
}
`;
  writeFileSync(join(folder, 'nvidia-smi'), script, { mode: 0o755 });
  return `${folder}${delimiter}${path}`;
}
