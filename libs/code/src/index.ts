export { checkChanceAndClocks, replaceMembers, type Refusal } from './chance-and-clocks.js';
export {
  definitionOf, isCodeLoaded, loadCode, loadedCode, placeInCode, placeInLoadedCode, withoutChance, type UnnamedCode,
} from './code-table.js';
export { removeAbandoned, signOwnership } from './folder-owner.js';
export { hashOfCode, type CodeRole, type OwnCode, type OwnDefinition } from './own-code.js';
export { processStart } from './process-start.js';
