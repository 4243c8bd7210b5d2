import type { ErrorCode } from '@lethe/errors';
import type { TreeNode } from './tree-node.js';

/** Version of the wire; peers with another one are refused. */
export const PROTOCOL_VERSION = 7;

export interface GroupVersion { readonly group: string; readonly version: number }

/** One step of the game: turn `turn` of phase number `phase` in round `round` (all 0-based). */
export interface Step { readonly round: number; readonly phase: number; readonly innerStep: number }

export interface Register {
  kind: 'register';
  role: Role;
  host: string;
  processId: number;
  fingerprint: string;
  address: string;
  device: string;
}
export type Role = 'worker' | 'parameter-server';
export interface Welcome {
  kind: 'welcome';
  name: string;
  index: number;
  configJson: string;
  dataJson: string;
  schemaHash: string;
  servers: ServerAddress[];
}
/** `incarnation`: tells servers who may vote. */
export interface ServerAddress { index: number; address: string; incarnation: string }
export interface Ready { kind: 'ready' }
/** `request`: of the pull that it answers, 0 if none. */
export interface Refused { kind: 'refused'; code: ErrorCode; message: string; request: number }
export interface Heartbeat { kind: 'heartbeat'; round: number; phase: string; innerStep: number; residentBytes: number }
export interface Heard { kind: 'heard' }
export interface Failed { kind: 'failed'; code: ErrorCode | 'UNEXPECTED'; message: string }
/** To parameter servers: what this life of a worker still sends is refused. */
export interface Fence { kind: 'fence'; fenced: string }
/** By a parameter server: what it refuses of `offender`, an incarnation. `push`: null if it was none. */
export interface Offence { kind: 'offence'; offender: string; code: ErrorCode; message: string; push: OffendingPush | null }
export type OffendingPush = Pick<Push, 'group' | 'version' | 'round' | 'phase' | 'innerStep' | 'node' | 'generation'>;
/** Of a worker that has no answer of this server yet. */
export interface Unreached { kind: 'unreached'; server: number; address: string }
export interface Shutdown { kind: 'shutdown'; reason: string }

export interface StepAssignment extends Step {
  kind: 'stepAssignment';
  nodes: TreeNode[];
  reads: GroupVersion[];
  produces: number;
  scalars: Record<string, number>;
  /** Leases of an earlier deal mean nothing any more. */ generation: number;
}
/** What a worker spent time with: waiting for parameters, preparing inputs, in a graph call with its read-out, handing gradients over. */
export type Occupation = 'wait' | 'input' | 'compute' | 'send';
/** `beganMs`: Unix time. */
export interface Span { readonly occupation: Occupation; readonly beganMs: number; readonly lastedMs: number }
export interface StepReport extends Step { kind: 'stepReport'; spans: Span[]; bytesSent: number; bytesReceived: number }
/** What a server did for its slice of a version. `beganMs`: Unix time of the first push, from which to the commit it `lastedMs`; `waitMs`: from there to the last push. */
export interface ServerWork {
  readonly beganMs: number;
  readonly lastedMs: number;
  readonly sumMs: number;
  readonly updateMs: number;
  readonly waitMs: number;
}
/** By the lead server. `work`: its own. */
export interface Committed extends Step {
  kind: 'committed';
  group: string;
  version: number;
  losses: number[];
  work: ServerWork;
  gradientNorm: number;
}
/** By every other server; nobody waits for it. */
export interface CommitReport extends Step { kind: 'commitReport'; group: string; version: number; work: ServerWork }

/** To the lead server: what it said of this version may have been lost; it says it again if there is anything to say. */
export interface CommitInquiry { kind: 'commitInquiry'; group: string; version: number }

export interface Evaluate {
  kind: 'evaluate';
  task: number;
  evaluation: EvaluationKind;
  split: Split;
  first: number;
  count: number;
  reads: GroupVersion[];
  /** Null unless the evaluation is a probe. */ probe: ProbeRequest | null;
  /** Null unless the evaluation is a swap: what "judge" returned. */ judge: Float32Array | null;
}
export type EvaluationKind = 'score' | 'grid' | 'probe' | 'judge' | 'swap' | 'encode' | 'predict';
/** Train a fresh probe on frozen vectors of the training images, score it on those of the test images. */
export interface ProbeRequest { probe: ProbeKind; input: ProbeInput; shuffledLabels: boolean; seed: number }
export type ProbeKind = 'linear' | 'mlp' | 'neighbours';
/** `latent`: what the encoder makes of an image in evaluation mode. */
export type ProbeInput = 'latent' | 'pixels';
export type Split = 'held-out' | 'test';
/** frames: [float32 result] */
export interface Evaluated { kind: 'evaluated'; task: number; result: Float32Array }

/** A piece of a server's slice of a group, or (in the coordinator and in checkpoints) the whole group. */
export interface GroupState {
  group: string;
  version: number;
  values: Float32Array;
  /** Optimiser state by name ("firstMoment", "secondMoment", "momentum"), each as long as `values`. */
  slots: Record<string, Float32Array>;
  /** Optimiser scalars by name ("encoder.firstCorrection"), float32 values. */
  scalars: Record<string, number>;
  /** Running statistics of the whole group; null on servers other than the lead. */
  statistics: Float32Array | null;
}
/** One piece of a slice, which begins at `offset` of the group's vectors; they come in order, the statistics with the first. */
export interface LoadState { kind: 'loadState'; state: GroupState; offset: number }
export interface StateLoaded { kind: 'stateLoaded'; group: string; version: number; offset: number }
/** Asks for the piece of the state that begins at `offset`, at exactly this version; answered as soon as it is committed. */
export interface CaptureState { kind: 'captureState'; group: string; version: number; offset: number }
/** The statistics come with the first piece. */
export interface StateCaptured { kind: 'stateCaptured'; state: GroupState; offset: number }

export interface Push extends Step {
  kind: 'push';
  group: string;
  version: number;
  node: TreeNode;
  offset: number;
  schemaHash: string;
  /** Of the assignment that it answers. */ generation: number;
  gradient: Float32Array;
  summary: Float32Array | null;
}
export interface Pull {
  kind: 'pull';
  request: number;
  group: string;
  version: number;
  statistics: boolean;
  schemaHash: string;
  averages: boolean;
}
/** Provisional until the answer's last message, which says that the version is committed; that one may be empty. */
export interface Parameters {
  kind: 'parameters';
  request: number;
  group: string;
  version: number;
  offset: number;
  committed: boolean;
  values: Float32Array;
  statistics: Float32Array | null;
}

export interface Prepared { kind: 'prepared'; group: string; version: number; firstNormTile: number; squares: Float64Array }
export interface Commit { kind: 'commit'; group: string; version: number; scale: number }

export type MessageBody =
  | Register | Welcome | Ready | Refused | Heartbeat | Heard | Failed | Fence | Offence | Unreached | Shutdown
  | StepAssignment | StepReport | Committed | CommitReport | CommitInquiry | Evaluate | Evaluated
  | LoadState | StateLoaded | CaptureState | StateCaptured
  | Push | Pull | Parameters | Prepared | Commit;

/** Who speaks, about which run, in which epoch, in which life. */
export interface Origin { readonly runId: string; readonly epoch: number; readonly sender: string; readonly incarnation: string }

export interface Message { readonly origin: Origin; readonly body: MessageBody }

/** A multipart message as it travels. */
export type Frames = readonly Uint8Array[];
