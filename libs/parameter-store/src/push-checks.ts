import { LetheError } from '@lethe/errors';
import { chunksOf, type Push, type ShardBlock, type Step } from '@lethe/protocol';
import { stepOf, type GroupFacts } from './group-facts.js';

/** @throws LetheError PUSH_INVALID for what no correct worker sends. */
export function checkPush(push: Push, facts: GroupFacts): void {
  const { slice, isLead, shards } = facts;
  const { block, offset, gradient, summary, version } = push;
  if (facts.turns.length === 0) throw invalid(push, 'nothing trains this group');
  if (version < 1) throw invalid(push, `no gradient makes version ${version}`);
  checkBlock(block, shards);
  const chunk = chunksOf(slice).find(({ from }) => from === offset);
  if (chunk === undefined) {
    throw invalid(push, `no chunk of this server's slice [${slice.from}, ${slice.to}) starts at ${offset}`);
  }
  if (gradient.length !== chunk.to - chunk.from) {
    throw invalid(push, `the chunk at ${offset} has ${chunk.to - chunk.from} elements, found ${gradient.length}`);
  }
  const step = stepOf(facts, version);
  if (push.round !== step.round || push.phase !== step.phase || push.turn !== step.turn) {
    throw invalid(push, `version ${version} belongs to ${shown(step)}, found ${shown(push)}`);
  }
  const expected = isLead && chunk.from === slice.from ? step.summaryLength : null;
  if (expected !== (summary?.length ?? null)) {
    throw invalid(push, `the chunk at ${offset} comes with ${expected === null ? 'no summary' : `a summary of ${expected} elements`}, found ${summary === null ? 'none' : summary.length}`);
  }
}

function checkBlock({ first, count }: ShardBlock, shards: number): void {
  const isPowerOfTwo = count >= 1 && Number.isInteger(Math.log2(count));
  if (isPowerOfTwo && first >= 0 && first % count === 0 && first + count <= shards) return;
  throw new LetheError('PUSH_INVALID', `the block of ${count} shards from shard ${first} is no node of the tree over ${shards} shards`);
}

function shown({ round, phase, turn }: Step): string {
  return `round ${round + 1}, phase ${phase + 1}, turn ${turn + 1}`;
}

function invalid({ group, block }: Push, what: string): LetheError {
  return new LetheError('PUSH_INVALID', `gradient of ${group}, shards ${block.first} to ${block.first + block.count - 1}: ${what}`);
}
