import { LetheError } from '@lethe/errors';

/** One file of the Python package index, pinned by its SHA-256. */
export interface Wheel {
  readonly requirement: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** What one machine needs: which wheels, and how much room they take while being unpacked. */
export interface EngineBuild {
  /** Folder name in the user's cache: everything that decides the bits of the engine is in it. */
  readonly name: string;
  readonly version: string;
  readonly wheels: readonly Wheel[];
  /** Platform tags given to pip, so that neither the user's Python version nor its own tags matter. */
  readonly pipPlatforms: readonly string[];
  readonly diskBytes: number;
}

/** What `chooseBuild` looks at, apart from the process itself so that every case can be tested. */
export interface Host {
  readonly platform: string;
  readonly architecture: string;
  /** glibc version such as `2.36`, undefined on musl. Asked when a build is chosen: to find it takes milliseconds. */
  readonly glibc: () => string | undefined;
  readonly nvidiaDriver: boolean;
  /** Whether the user wants no native TensorFlow, as on a machine that there is none for. */
  readonly refused: boolean;
}

const tensorflowVersion = '2.21.0';
/** Version of the package whose sources the addon is compiled from, and a count of changes to how we compile it. */
const bindingVersion = '4.22.0-2';
const oldestGlibc = '2.27';
const gigabyte = 1e9;

const cpuWheel: Wheel = {
  requirement: `tensorflow-cpu==${tensorflowVersion}`,
  sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
  bytes: 273829956,
};

const arm64Wheel: Wheel = {
  requirement: `tensorflow==${tensorflowVersion}`,
  sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
  bytes: 281828020,
};

/** `tensorflow[and-cuda]` as pip resolved it when it was pinned. */
const cudaWheels: readonly Wheel[] = [
  {
    requirement: `tensorflow==${tensorflowVersion}`,
    sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
    bytes: 572440367,
  },
  {
    requirement: 'nvidia-cublas-cu12==12.9.3.13',
    sha256: 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
    bytes: 581217458,
  },
  {
    requirement: 'nvidia-cuda-cupti-cu12==12.8.90',
    sha256: 'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182',
    bytes: 10248621,
  },
  {
    requirement: 'nvidia-cuda-nvcc-cu12==12.9.86',
    sha256: '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
    bytes: 40546229,
  },
  {
    requirement: 'nvidia-cuda-nvrtc-cu12==12.9.86',
    sha256: '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
    bytes: 89568129,
  },
  {
    requirement: 'nvidia-cuda-runtime-cu12==12.9.79',
    sha256: '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
    bytes: 3493179,
  },
  {
    requirement: 'nvidia-cudnn-cu12==9.28.0.42',
    sha256: '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
    bytes: 716538495,
  },
  {
    requirement: 'nvidia-cufft-cu12==11.4.1.4',
    sha256: 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
    bytes: 200877592,
  },
  {
    requirement: 'nvidia-curand-cu12==10.3.10.19',
    sha256: '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
    bytes: 68295626,
  },
  {
    requirement: 'nvidia-cusolver-cu12==11.7.5.82',
    sha256: '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
    bytes: 338117415,
  },
  {
    requirement: 'nvidia-cusparse-cu12==12.5.10.65',
    sha256: '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
    bytes: 366465088,
  },
  {
    requirement: 'nvidia-nccl-cu12==2.32.3',
    sha256: 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c',
    bytes: 351526311,
  },
  {
    requirement: 'nvidia-nvjitlink-cu12==12.9.86',
    sha256: 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
    bytes: 39748338,
  },
];

const cudaPlatforms = [
  'manylinux_2_27_x86_64',
  'manylinux_2_17_x86_64',
  'manylinux2014_x86_64',
  'manylinux_2_12_x86_64',
  'manylinux2010_x86_64',
];

/** Whether a build, by the name of its folder, can compute on NVIDIA's GPUs. */
export function isCudaBuild(name: string): boolean {
  return name.includes('-cuda-');
}

/** The machines that there is a build for, as far as a process sees at once: an old C library is noticed when the build is chosen. */
function isKnown({ platform, architecture, refused }: Host): boolean {
  return !refused && platform === 'linux' && ['x64', 'arm64'].includes(architecture);
}

/** The name of a machine's build; null where there is none for its kind. */
export function buildName(host: Host): string | null {
  if (!isKnown(host)) return null;
  const flavour = host.nvidiaDriver && host.architecture === 'x64' ? 'cuda' : 'cpu';
  return `tensorflow-${tensorflowVersion}-${flavour}-linux-${host.architecture}-binding-${bindingVersion}`;
}

/** The build for a machine, or an error that says which machines there is one for. */
export function chooseBuild(host: Host): EngineBuild {
  const name = buildName(host);
  const glibc = host.glibc();
  if (name === null || glibc === undefined || compareVersions(glibc, oldestGlibc) < 0) throw unsupported(host);
  const common = { name, version: tensorflowVersion };
  if (host.architecture === 'arm64') {
    const pipPlatforms = ['manylinux_2_27_aarch64'];
    return { ...common, wheels: [arm64Wheel], pipPlatforms, diskBytes: 2 * gigabyte };
  }
  if (isCudaBuild(name)) return { ...common, wheels: cudaWheels, pipPlatforms: cudaPlatforms, diskBytes: 16 * gigabyte };
  const pipPlatforms = ['manylinux_2_27_x86_64'];
  return { ...common, wheels: [cpuWheel], pipPlatforms, diskBytes: 1.8 * gigabyte };
}

function unsupported(host: Host): LetheError {
  const { platform, architecture, refused } = host;
  const details = { platform, architecture, refused };
  if (refused) {
    return new LetheError('ENGINE_UNSUPPORTED_PLATFORM', 'Native TensorFlow is not to be used: LETHE_TENSORFLOW is none.', { details });
  }
  const version = host.glibc();
  const glibc = platform !== 'linux' ? '' : version === undefined ? ', no glibc' : `, glibc ${version}`;
  return new LetheError(
    'ENGINE_UNSUPPORTED_PLATFORM',
    `Native TensorFlow needs Linux on x64 or arm64 with glibc ${oldestGlibc} or newer; ` +
      `this machine is ${platform} ${architecture}${glibc}. ` +
      `Run with the wasm engine here (--engine wasm), or use a Debian, Ubuntu or Fedora machine or container.`,
    { details },
  );
}

function compareVersions(left: string, right: string): number {
  const [leftParts, rightParts] = [left.split('.').map(Number), right.split('.').map(Number)];
  for (let part = 0; part < Math.max(leftParts.length, rightParts.length); part++) {
    const difference = (leftParts[part] ?? 0) - (rightParts[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
