import { evaluationNetworks, type Moments } from '@lethe/networks';
import type { LossContext } from '@lethe/objectives';
import type { CompiledStep, Engine, Operations, Signature } from '@lethe/tensorflow';
import { allNetworks, batchSignature, named, namedTensors, scalarSignature, scalarTensors, type RunDescription } from '@lethe/training';
import type { Tensor } from '@tensorflow/tfjs';

export interface EvaluationStepOptions {
  readonly engine: Engine;
  readonly description: RunDescription;
  readonly name: string;
  /** The constant batch size of the graph. */
  readonly examples: number;
  readonly compute: (context: LossContext) => Tensor;
}

export type EvaluationStep = CompiledStep<string, 'result'>;

/** Compiles a function of the networks in evaluation mode: running statistics, no dropout. */
export function compileEvaluation({ engine, description, name, examples, compute }: EvaluationStepOptions): Promise<EvaluationStep> {
  const vectors = description.layouts.flatMap(({ name: group, length, statisticsLength }) => [
    [`group.${group}`, { type: 'float32', shape: [length] }] as const,
    ...(statisticsLength > 0 ? [[`statistics.${group}`, { type: 'float32', shape: [statisticsLength] }] as const] : []),
  ]);
  const signature: Signature = { ...Object.fromEntries(vectors), ...scalarSignature(description.objective), ...batchSignature(description, examples) };
  return engine.compile(`${name}-${examples}`, (inputs) => ({ result: compute(evaluationContext(description, engine.operations, inputs)) }), signature);
}

function evaluationContext(description: RunDescription, operations: Operations, inputs: Readonly<Record<string, Tensor>>): LossContext {
  const { layouts, objective } = description;
  const parameters = new Map(layouts.flatMap((layout) => [...namedTensors(operations, named(inputs, `group.${layout.name}`), layout)]));
  const statistics = new Map(layouts.flatMap((layout) => layout.statistics.map(({ name, offset, channels }): [string, Moments] => {
    const part = (from: number): Tensor => operations.slice(named(inputs, `statistics.${layout.name}`), [from], [channels]);
    return [name, { mean: part(offset), variance: part(offset + channels) }];
  })));
  return {
    operations,
    networks: evaluationNetworks({ operations, networks: allNetworks(objective), parameters, statistics }),
    batch: { images: named(inputs, 'images'), labels: named(inputs, 'labels') },
    scalars: scalarTensors(objective, inputs),
  };
}
