import { LetheError } from '@lethe/errors';
import { chunksOf, type Push, type ShardBlock, type Step } from '@lethe/protocol';
import type { GroupFacts } from './group-facts.js';

/** @throws LetheError PUSH_INVALID for what no correct worker sends. */
export function checkPush(push: Push, facts: GroupFacts): void {
  const { layout, slice, isLead, shards } = facts;
  const { block, offset, gradient, summary } = push;
  checkBlock(block, shards);
  const chunk = chunksOf(slice).find(({ from }) => from === offset);
  if (chunk === undefined) {
    throw invalid(push, `no chunk of this server's slice [${slice.from}, ${slice.to}) starts at ${offset}`);
  }
  if (gradient.length !== chunk.to - chunk.from) {
    throw invalid(push, `the chunk at ${offset} has ${chunk.to - chunk.from} elements, found ${gradient.length}`);
  }
  const expectsSummary = isLead && chunk.from === slice.from;
  if (expectsSummary !== (summary !== null)) {
    throw invalid(push, `the chunk at ${offset} ${expectsSummary ? 'lacks its' : 'must not have a'} summary`);
  }
  if (summary !== null && summary.length < layout.statisticsLength) {
    throw invalid(push, `a summary has at least ${layout.statisticsLength} elements of statistics, found ${summary.length}`);
  }
}

/** @throws LetheError PUSH_INVALID if the push is about another turn than those that came before. */
export function checkSameStep(push: Push, step: Step): void {
  if (push.round === step.round && push.phase === step.phase && push.turn === step.turn) return;
  throw invalid(push, `version ${push.version} belongs to ${shown(step)}, found ${shown(push)}`);
}

/** @throws LetheError PUSH_INVALID if the summary has other losses than those that came before. */
export function checkSameLength(push: Push, summaryLength: number): void {
  if (push.summary === null || push.summary.length === summaryLength) return;
  throw invalid(push, `the summaries of ${shown(push)} have ${summaryLength} elements, found ${push.summary.length}`);
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
