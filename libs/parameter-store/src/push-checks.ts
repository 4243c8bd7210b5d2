import { LetheError } from '@lethe/errors';
import { chunksOf, describeStep, isSameStep, type Push, type TreeNode } from '@lethe/protocol';
import { stepOf, type GroupFacts } from './group-facts.js';

/** @throws LetheError PUSH_INVALID for what no correct worker sends. */
export function checkPush(push: Push, facts: GroupFacts): void {
  const { slice, isLead, shards } = facts;
  const { node, offset, gradient, summary, version } = push;
  if (facts.innerSteps.length === 0) throw invalid(push, 'nothing trains this group');
  if (version < 1) throw invalid(push, `no gradient makes version ${version}`);
  checkNode(node, shards);
  const chunk = chunksOf(slice).find(({ from }) => from === offset);
  if (chunk === undefined) {
    throw invalid(push, `no chunk of this server's slice [${slice.from}, ${slice.to}) starts at ${offset}`);
  }
  if (gradient.length !== chunk.to - chunk.from) {
    throw invalid(push, `the chunk at ${offset} has ${chunk.to - chunk.from} elements, found ${gradient.length}`);
  }
  const step = stepOf(facts, version);
  if (!isSameStep(push, step)) {
    throw invalid(push, `version ${version} belongs to ${describeStep(step)}, found ${describeStep(push)}`);
  }
  const expected = isLead && chunk.from === slice.from ? step.summaryLength : null;
  if (expected !== (summary?.length ?? null)) {
    throw invalid(push, `the chunk at ${offset} comes with ${expected === null ? 'no summary' : `a summary of ${expected} elements`}, found ${summary === null ? 'none' : summary.length}`);
  }
}

function checkNode({ first, count }: TreeNode, shards: number): void {
  const isPowerOfTwo = count >= 1 && Number.isInteger(Math.log2(count));
  if (isPowerOfTwo && first >= 0 && first % count === 0 && first + count <= shards) return;
  throw new LetheError('PUSH_INVALID', `the block of ${count} shards from shard ${first} is no node of the tree over ${shards} shards`);
}

function invalid({ group, node }: Push, what: string): LetheError {
  return new LetheError('PUSH_INVALID', `gradient of ${group}, shards ${node.first} to ${node.first + node.count - 1}: ${what}`);
}
