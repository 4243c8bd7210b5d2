export { definitionOf, isCodeLoaded, loadCode, loadedCode, placeInCode, placeInLoadedCode, type UnnamedCode } from './code-table.js';
export { hashOfCode, type CodeRole, type OwnCode, type OwnDefinition } from './own-code.js';
