import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';

/** Of tfjs's engine on WebAssembly. */
const WASM_FILE = 'tfjs-backend-wasm.wasm';

/** tfjs with its engine in plain JavaScript. It is a module of CommonJS, whose exports are the default of an import. */
export async function loadTfjs(): Promise<typeof tfjs> {
  return (await import('@tensorflow/tfjs')).default as typeof tfjs;
}

/** Adds its engine on WebAssembly to tfjs. */
export async function loadWasmBackend(): Promise<void> {
  (await import('@tensorflow/tfjs-backend-wasm')).default.setWasmPaths(`${wasmFolder()}/`);
}

/** Its files lie beside a bundled program, else in the package. */
function wasmFolder(): string {
  if (existsSync(join(import.meta.dirname, WASM_FILE))) return import.meta.dirname;
  return dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
}
