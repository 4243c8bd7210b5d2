/** Words of earlier versions, whole or as a part of a name, and what the field calls the same thing. */
const FORMER_WORDS = {
  lease: 'step assignment',
  leases: 'step assignments',
  deal: 'generation',
  deals: 'generations',
  dealt: 'assigned',
  ledger: 'scheduler',
  desk: 'scheduler',
  engagement: 'worker epoch',
  mail: 'pending sends',
  pulse: 'heartbeat',
  nets: 'networks',
  lend: 'stage',
  steadily: 'deterministic',
  takeVector: 'allocateVector',
  giveVector: 'freeVector',
  shardBlock: 'tree node',
  newsPage: 'shared status',
  commitAgreement: 'two-phase commit',
};

/**
 * Where a text has one of these words. Specs import it by its address.
 *
 * @public
 */
export function formerWordsIn(text) {
  return Object.entries(FORMER_WORDS).flatMap(([former, word]) => {
    const inName = former.charAt(0).toUpperCase() + former.slice(1);
    const pattern = new RegExp(`(?<![A-Za-z])${former}(?![a-z])|${inName}(?![a-z])`, 'g');
    return [...text.matchAll(pattern)].map(({ index }) => ({ index, former, word }));
  });
}

/**
 * Forbids words that earlier versions used in a sense of their own, in names, texts and comments.
 *
 * @type {import('eslint').Rule.RuleModule}
 */
export const noFormerWords = {
  meta: { type: 'problem', schema: [], messages: { former: '"{{ former }}" is called "{{ word }}" now.' } },
  create({ sourceCode, report }) {
    return {
      Program() {
        for (const { index, former, word } of formerWordsIn(sourceCode.text)) {
          const [start, end] = [index, index + former.length].map((at) => sourceCode.getLocFromIndex(at));
          report({ loc: { start, end }, messageId: 'former', data: { former, word } });
        }
      },
    };
  },
};
