import { LetheError } from '@lethe/errors';
import { describeStep, isSameStep, type Push, type TreeNode } from '@lethe/protocol';
import { stepOf, type GroupFacts } from './group-facts.js';

/**
 * Everything that is checked of a push to a group before its gradient is added. Only whether its numbers are finite is not: that shows
 * when they are added (`Transaction`).
 *
 * @param version the committed version of the group; null before its state is loaded
 * @returns the place of its chunk among `facts.chunks`; null for a late duplicate, whose version is committed already
 * @throws LetheError PUSH_INVALID for what no correct worker sends, VERSION_UNAVAILABLE for what comes before it can be used
 */
export function validatePush(push: Push, facts: GroupFacts, version: number | null): number | null {
  if (facts.innerSteps.length === 0) throw invalid(push, 'nothing trains this group');
  if (push.version < 1) throw invalid(push, `no gradient makes version ${push.version}`);
  checkNode(push.node, facts.shards);
  const place = placeOfChunk(push, facts);
  checkStepAndSummary(push, place, facts);
  if (version === null) throw new LetheError('VERSION_UNAVAILABLE', `${push.group} is not loaded yet`);
  if (push.version <= version) return null;
  if (push.version === version + 1) return place;
  const message = `a gradient for version ${push.version} of ${push.group} came before version ${version + 1} was made`;
  throw new LetheError('VERSION_UNAVAILABLE', message);
}

function checkNode({ first, count }: TreeNode, shards: number): void {
  const isPowerOfTwo = count >= 1 && Number.isInteger(Math.log2(count));
  if (isPowerOfTwo && first >= 0 && first % count === 0 && first + count <= shards) return;
  throw new LetheError('PUSH_INVALID', `${count} shards from shard ${first} are no node of the tree over ${shards} shards`);
}

function placeOfChunk(push: Push, { slice, chunks }: GroupFacts): number {
  const { offset, gradient } = push;
  const place = chunks.findIndex(({ from }) => from === offset);
  const chunk = chunks[place];
  if (chunk === undefined) throw invalid(push, `no chunk of this server's slice [${slice.from}, ${slice.to}) starts at ${offset}`);
  const length = chunk.to - chunk.from;
  if (gradient.length !== length) throw invalid(push, `the chunk at ${offset} has ${length} elements, found ${gradient.length}`);
  return place;
}

function checkStepAndSummary(push: Push, place: number, facts: GroupFacts): void {
  const { version, offset, summary } = push;
  const step = stepOf(facts, version);
  if (!isSameStep(push, step)) throw invalid(push, `version ${version} belongs to ${describeStep(step)}, found ${describeStep(push)}`);
  const expected = facts.isLead && place === 0 ? step.summaryLength : null;
  if (expected === (summary?.length ?? null)) return;
  const expectedText = expected === null ? 'no summary' : `a summary of ${expected} elements`;
  throw invalid(push, `the chunk at ${offset} comes with ${expectedText}, found ${summary === null ? 'none' : summary.length}`);
}

function invalid({ group, node }: Push, what: string): LetheError {
  return new LetheError('PUSH_INVALID', `gradient of ${group}, shards ${node.first} to ${node.first + node.count - 1}: ${what}`);
}
