export { checkChanceAndClocks, replaceMembers, type Refusal } from './chance-and-clocks.js';
export {
  definitionOf, isCodeLoaded, loadCode, loadedCode, placeInCode, placeInLoadedCode, withoutChance, type UnnamedCode,
} from './code-table.js';
export { hashOfCode, type CodeRole, type OwnCode, type OwnDefinition } from './own-code.js';
