import type { OwnCode } from '@lethe/code';
import type { PROBES } from '@lethe/config';
import type { ErrorCode } from '@lethe/errors';
import type { TreeNode } from './tree-node.js';

/** Version of the protocol; peers with another one are refused. */
export const PROTOCOL_VERSION = 12;

export interface GroupVersion { readonly group: string; readonly version: number }

/** One step of the game: inner step `innerStep` of phase number `phase` in round `round`, all counted from 0. */
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
  /** What processes load before they derive the run from the configuration, which names it. */
  code: OwnCode[];
}
/** `incarnation`: tells servers who may vote. */
export interface ServerAddress { index: number; address: string; incarnation: string }
export interface Ready { kind: 'ready' }
/** `request`: of the pull that it answers, 0 if none. */
export interface Refused { kind: 'refused'; code: ErrorCode; message: string; request: number }
export interface Heartbeat { kind: 'heartbeat'; round: number; phase: string; innerStep: number; residentBytes: number }
/** Answers a worker's heartbeat. */
export interface HeartbeatAck { kind: 'heartbeatAck' }
export interface Failed { kind: 'failed'; code: ErrorCode | 'UNEXPECTED'; message: string }
/** To parameter servers: from now on every message of this incarnation of a worker is refused. */
export interface Fence { kind: 'fence'; fenced: string }
/** By a parameter server, of a message of `offender`, an incarnation, that it has refused. `push`: null if it was no push. */
export interface Offence { kind: 'offence'; offender: string; code: ErrorCode; message: string; push: OffendingPush | null }
export type OffendingPush = Pick<Push, 'group' | 'version' | 'round' | 'phase' | 'innerStep' | 'node' | 'generation'>;
/** By a worker that has no answer of this server yet. */
export interface Unreached { kind: 'unreached'; server: number; address: string }
export interface Shutdown { kind: 'shutdown'; reason: string }

export interface StepAssignment extends Step {
  kind: 'stepAssignment';
  nodes: TreeNode[];
  reads: GroupVersion[];
  produces: number;
  scalars: Record<string, number>;
  /** Revokes the assignments of earlier generations. */
  generation: number;
}
/** What a worker spends time with: waiting for parameters, preparing inputs, a graph call with its read-out, sending gradients. */
export type Occupation = 'wait' | 'input' | 'compute' | 'send';
/** `beganMs`: Unix time. */
export interface Span { readonly occupation: Occupation; readonly beganMs: number; readonly lastedMs: number }
/**
 * The way of a worker's last gradient for a version to a server, and of that version back. `beganMs`: Unix time, when the gradient was
 * handed over; `lastedMs`: until all of the version was there; `heldMs`: of that on the server, from taking the gradient until the last of
 * the version was sent. Each is by one clock alone: what is left was spent on the way.
 */
export interface Transfer {
  readonly group: string;
  readonly version: number;
  readonly beganMs: number;
  readonly lastedMs: number;
  readonly heldMs: number;
}
export interface StepReport extends Step {
  kind: 'stepReport';
  spans: Span[];
  /** Of versions that have arrived since the last report. */
  transfers: Transfer[];
  bytesSent: number;
  bytesReceived: number;
}
/**
 * What a server did for its slice of a version. `beganMs`: Unix time of the first push; `lastedMs`: from the first push to the commit;
 * `waitMs`: from the first push to the last.
 */
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

/** Asks the lead server to repeat that this version is committed, as the message may have been lost. */
export interface CommitInquiry { kind: 'commitInquiry'; group: string; version: number }

export interface Evaluate {
  kind: 'evaluate';
  task: number;
  evaluation: EvaluationKind;
  split: Split;
  first: number;
  count: number;
  reads: GroupVersion[];
  /** Empty unless the evaluation is of probes: what they share is computed once. */
  probes: ProbeRequest[];
  /** The result of the evaluation "judge"; null unless the evaluation is a swap. */
  judge: Float32Array | null;
  /** Of a judge and a swap: name of the attribute that is read, and set; empty: the label. Else empty. */
  attribute: string;
}
export type EvaluationKind = 'score' | 'grid' | 'probe' | 'judge' | 'swap' | 'encode' | 'predict';
/** Train a fresh probe on frozen vectors of the training examples, score it on those of the test examples. */
export interface ProbeRequest {
  probe: ProbeKind;
  input: ProbeInput;
  shuffledLabels: boolean;
  seed: number;
  /** Name of the attribute that is read; empty: the label. Examples without a value are left out. */
  attribute: string;
  /** Number of a class of the label: only its examples are used, in training and test. -1: all. */
  given: number;
  /** Whether the vectors are made uncorrelated, of deviation 1; else every number is brought to deviation 1 by itself. */
  whitened: boolean;
  /** Whether the classes weigh alike in training, however many examples they have. */
  balanced: boolean;
  /** Whether the probe is trained on one half of the test examples, always the same, and scored on the other. */
  halves: boolean;
  /** For the input `leace`: name of the attribute that is taken out of the raw inputs; empty: the label. Else empty. */
  erased: string;
}
/**
 * Numbers of each probe in the result: accuracy, balanced accuracy, cross-entropy, information, AUROC, number of examples, the lower and
 * upper ends of the intervals of accuracy, balanced accuracy and AUROC, and R2.
 */
export const PROBE_FIGURES = 13;
/** docs/measures.md says what each kind of probe is. */
export type ProbeKind = (typeof PROBES)[number];
/**
 * `latent`: the features of an example by the encoder in evaluation mode; `sampled`: with the bottleneck's noise, drawn by the seed;
 * `pixels`: the raw inputs; `kept`: the values of the kept attributes alone; `leace`: the raw inputs without what is linear in `erased`.
 */
export type ProbeInput = 'latent' | 'sampled' | 'pixels' | 'kept' | 'leace';
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
  /** Of the assignment that it answers. */
  generation: number;
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
/** The values are provisional until the last message of the answer, which says that the version is committed and may have no values. */
export interface Parameters {
  kind: 'parameters';
  request: number;
  group: string;
  version: number;
  offset: number;
  committed: boolean;
  values: Float32Array;
  statistics: Float32Array | null;
  /** Milliseconds since the receiver's last push for the version was taken; 0 if it sent none. */
  heldMs: number;
}

export interface Prepared { kind: 'prepared'; group: string; version: number; firstNormTile: number; squares: Float64Array }
export interface Commit { kind: 'commit'; group: string; version: number; scale: number }

export type MessageBody =
  | Register | Welcome | Ready | Refused | Heartbeat | HeartbeatAck | Failed | Fence | Offence | Unreached | Shutdown
  | StepAssignment | StepReport | Committed | CommitReport | CommitInquiry | Evaluate | Evaluated
  | LoadState | StateLoaded | CaptureState | StateCaptured
  | Push | Pull | Parameters | Prepared | Commit;

/** The sender of a message: its run, its epoch, its name for people, and the incarnation of its process. */
export interface Origin { readonly runId: string; readonly epoch: number; readonly sender: string; readonly incarnation: string }

export interface Message { readonly origin: Origin; readonly body: MessageBody }

/** The frames of a multipart message. */
export type Frames = readonly Uint8Array[];
