import { PROBES } from '@lethe/config';
import type { lethe } from '../../generated/lethe.js';
import {
  type Committed, type CommitInquiry, type CommitReport, type Evaluate, type Evaluated, type EvaluationKind, type Occupation,
  type ProbeInput, type ProbeRequest, type ServerWork, type Split, type StepAssignment, type StepReport,
} from '../messages.js';
import { amount, type BodyCodec, type Fields, groupVersions, numbersByName, oneOf, treeNode } from './body-codec.js';
import { bytesOf, malformed } from './frames.js';

const EVALUATION_KINDS: readonly EvaluationKind[] = ['score', 'grid', 'probe', 'judge', 'swap', 'encode', 'predict'];
const PROBE_INPUTS: readonly ProbeInput[] = ['latent', 'sampled', 'pixels', 'kept', 'leace'];
const OCCUPATIONS: readonly Occupation[] = ['wait', 'input', 'compute', 'send'];
const SPLITS: readonly Split[] = ['held-out', 'test'];

export const stepAssignment: BodyCodec<StepAssignment, lethe.StepAssignment.$Properties> = {
  encode: ({ round, phase, innerStep, nodes, reads, produces, scalars, generation }) => ({
    header: { round, phase, innerStep, nodes, reads: [...reads], produces, scalars, generation },
  }),
  decode: ({ round, phase, innerStep, nodes, reads, produces, scalars, generation }) => ({
    kind: 'stepAssignment',
    round,
    phase,
    innerStep,
    nodes: nodes.map((node) => treeNode('stepAssignment', node)),
    reads: groupVersions(reads),
    produces,
    scalars: numbersByName(scalars),
    generation,
  }),
};

export const stepReport: BodyCodec<StepReport, lethe.StepReport.$Properties> = {
  encode: ({ round, phase, innerStep, spans, transfers, bytesSent, bytesReceived }) => ({
    header: { round, phase, innerStep, spans: [...spans], transfers: [...transfers], bytesSent, bytesReceived },
  }),
  decode: ({ round, phase, innerStep, spans, transfers, bytesSent, bytesReceived }) => ({
    kind: 'stepReport',
    round,
    phase,
    innerStep,
    bytesSent: amount('bytesSent of stepReport', bytesSent),
    bytesReceived: amount('bytesReceived of stepReport', bytesReceived),
    spans: spans.map(({ occupation, beganMs, lastedMs }) => ({
      occupation: oneOf('the occupation of stepReport', occupation ?? '', OCCUPATIONS),
      beganMs: amount('beganMs of stepReport', beganMs),
      lastedMs: amount('lastedMs of stepReport', lastedMs),
    })),
    transfers: transfers.map(({ group, version, beganMs, lastedMs, heldMs }) => ({
      group: group ?? '',
      version: version ?? 0,
      beganMs: amount('beganMs of stepReport', beganMs),
      lastedMs: amount('lastedMs of stepReport', lastedMs),
      heldMs: amount('heldMs of stepReport', heldMs),
    })),
  }),
};

export const committed: BodyCodec<Committed, lethe.Committed.$Properties> = {
  encode: ({ round, phase, innerStep, group, version, losses, work, gradientNorm }) => ({
    header: { round, phase, innerStep, group, version, losses: [...losses], work, gradientNorm },
  }),
  decode: ({ round, phase, innerStep, group, version, losses, work, gradientNorm }) => ({
    kind: 'committed',
    round,
    phase,
    innerStep,
    group,
    version,
    losses: [...losses],
    work: serverWork('committed', work),
    gradientNorm,
  }),
};

export const commitReport: BodyCodec<CommitReport, lethe.CommitReport.$Properties> = {
  encode: ({ round, phase, innerStep, group, version, work }) => ({ header: { round, phase, innerStep, group, version, work } }),
  decode: ({ round, phase, innerStep, group, version, work }) => ({
    kind: 'commitReport',
    round,
    phase,
    innerStep,
    group,
    version,
    work: serverWork('commitReport', work),
  }),
};

export const commitInquiry: BodyCodec<CommitInquiry, lethe.CommitInquiry.$Properties> = {
  encode: ({ group, version }) => ({ header: { group, version } }),
  decode: ({ group, version }) => ({ kind: 'commitInquiry', group, version }),
};

function serverWork(what: string, work: lethe.ServerWork.$Properties | null | undefined): ServerWork {
  if (work === null || work === undefined) throw malformed(`${what} says nothing of the server's work`);
  const of = (name: keyof ServerWork): number => amount(`${name} of ${what}`, work[name]);
  return { beganMs: of('beganMs'), lastedMs: of('lastedMs'), sumMs: of('sumMs'), updateMs: of('updateMs'), waitMs: of('waitMs') };
}

export const evaluate: BodyCodec<Evaluate, lethe.Evaluate.$Properties> = {
  encode: ({ task, evaluation, split, first, count, reads, probes, judge, attribute }) => ({
    header: {
      task,
      kind: evaluation,
      split,
      first,
      count,
      reads: [...reads],
      probes: probes.map(probeHeader),
      hasJudge: judge !== null,
      attribute,
    },
    frames: judge === null ? [] : [bytesOf(judge)],
  }),
  decode: ({ task, kind, split, first, count, reads, probes, hasJudge, attribute }, frames) => ({
    kind: 'evaluate',
    task,
    evaluation: oneOf('the kind of evaluate', kind, EVALUATION_KINDS),
    split: oneOf('the split of evaluate', split, SPLITS),
    first,
    count,
    reads: groupVersions(reads),
    probes: probes.map(probeRequest),
    judge: hasJudge ? frames.float32('judge') : null,
    attribute,
  }),
};

function probeHeader({ probe, ...options }: ProbeRequest): Fields<lethe.Probe.$Properties> {
  return { kind: probe, ...options };
}

function probeRequest({ kind, input, ...options }: lethe.Probe.$Properties): ProbeRequest {
  const { shuffledLabels, seed, attribute, given, whitened, balanced, halves, erased } = options;
  return {
    probe: oneOf('the kind of probe', kind ?? '', PROBES),
    input: oneOf('the input of probe', input ?? '', PROBE_INPUTS),
    shuffledLabels: shuffledLabels ?? false,
    seed: seed ?? 0,
    attribute: attribute ?? '',
    given: given ?? 0,
    whitened: whitened ?? false,
    balanced: balanced ?? false,
    halves: halves ?? false,
    erased: erased ?? '',
  };
}

export const evaluated: BodyCodec<Evaluated, lethe.Evaluated.$Properties> = {
  encode: ({ task, result }) => ({ header: { task }, frames: [bytesOf(result)] }),
  decode: ({ task }, frames) => ({ kind: 'evaluated', task, result: frames.float32('result') }),
};
