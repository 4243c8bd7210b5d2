import { createHash } from 'node:crypto';

import type { GraphNode, NodeAttribute } from './saved-model.js';

/** What a step's graph takes from, and can give to, the computation it shares with other steps. */
export interface SharedPart {
  /** Outputs of shared nodes that the rest of the graph reads: identity by place (`node:output`); a graph may compute one thing twice. */
  readonly taken: ReadonlyMap<string, string>;
  /** Where each shared output is made in this graph. */
  readonly made: ReadonlyMap<string, string>;
  /** Placeholders that are still needed when what is taken is fed. */
  readonly placeholders: ReadonlySet<string>;
}

/** A step's graph, as far as sharing looks at it. */
export interface SharingGraph {
  readonly nodes: readonly GraphNode[];
  /** Places of the step's outputs. */
  readonly outputs: readonly string[];
}

/**
 * Finds what several graphs all compute from the same placeholders: nodes of the same operation and attributes on the
 * same inputs, all the way up. Constants are left where they are.
 *
 * @param placeholders names of placeholders that are fed the same values in all graphs
 */
export function findSharedNodes(graphs: readonly SharingGraph[], placeholders: ReadonlySet<string>): SharedPart[] {
  const identities = graphs.map(({ nodes }) => identify(nodes, placeholders));
  const counts = new Map<string, number>();
  for (const known of identities) for (const identity of new Set(known.values())) counts.set(identity, (counts.get(identity) ?? 0) + 1);
  return graphs.map((graph, index) => sharedPart(graph, identities[index] as Map<string, string>, counts));
}

/** Identity of each node that depends on shared placeholders and constants alone. Constants have one too, marked. */
function identify(nodes: readonly GraphNode[], placeholders: ReadonlySet<string>): Map<string, string> {
  const identities = new Map<string, string>();
  for (const { name, operation, inputs, attributes } of nodes) {
    if (operation === 'Placeholder' && !placeholders.has(name)) continue;
    const sources = inputs.map((place) => {
      const { node, output } = splitPlace(place);
      const identity = identities.get(node);
      return identity === undefined ? undefined : `${identity}:${output}`;
    });
    if (sources.includes(undefined)) continue;
    const isConstant = operation !== 'Placeholder' && sources.every((source) => source?.startsWith(CONSTANT));
    const what = [operation, operation === 'Placeholder' ? name : '', attributes.map(describeAttribute), sources];
    identities.set(name, (isConstant ? CONSTANT : '') + createHash('sha256').update(JSON.stringify(what)).digest('hex'));
  }
  return identities;
}

const CONSTANT = 'constant ';

function describeAttribute(attribute: NodeAttribute): unknown {
  if (!('constant' in attribute)) return attribute;
  const { dtype, shape, content } = attribute.constant;
  return [attribute.name, dtype, shape, Buffer.from(content).toString('base64')];
}

function sharedPart(
  { nodes, outputs }: SharingGraph,
  identities: ReadonlyMap<string, string>,
  counts: ReadonlyMap<string, number>,
): SharedPart {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const isShared = (name: string): boolean => {
    const identity = identities.get(name);
    const operation = byName.get(name)?.operation ?? '';
    return identity !== undefined && !identity.startsWith(CONSTANT) && (counts.get(identity) ?? 0) > 1 && !NEVER_TAKEN.has(operation);
  };
  const identityOf = (place: string): string => {
    const { node, output } = splitPlace(place);
    return `${identities.get(node) ?? ''}:${output}`;
  };
  const taken = new Map<string, string>();
  const placeholders = new Set<string>();
  const seen = new Set<string>();
  const visit = (place: string): void => {
    const { node: name, output } = splitPlace(place);
    if (isShared(name)) taken.set(`${name}:${output}`, identityOf(place));
    if (isShared(name) || seen.has(name)) return;
    seen.add(name);
    const node = byName.get(name);
    if (node?.operation === 'Placeholder') placeholders.add(name);
    node?.inputs.forEach(visit);
  };
  outputs.forEach(visit);
  const made = new Map<string, string>();
  for (const { name } of nodes) {
    if (!isShared(name)) continue;
    for (let output = 0; output < MOST_OUTPUTS; output += 1) made.set(identityOf(`${name}:${output}`), `${name}:${output}`);
  }
  return { taken, made, placeholders };
}

/**
 * What each graph computes for itself, though others do too. oneDNN's gradient of max pooling needs the pooling in its own
 * graph. Without it a kernel is used that is seven times slower, which costs more than pooling again.
 */
const NEVER_TAKEN: ReadonlySet<string> = new Set(['Placeholder', 'MaxPool']);

/** More than any operation here has (the fused batch norm's six). */
const MOST_OUTPUTS = 6;

function splitPlace(place: string): { node: string; output: number } {
  const [node = '', output = '0'] = place.split(':');
  return { node, output: Number(output) };
}
