/** Files that a module may import as a string (JSON as what it says). */
export const TEXT_FILES = ['.txt', '.csv', '.md'];
/** Files that a module may import as a Uint8Array. */
export const BINARY_FILES = ['.bin', '.npy', '.gz', '.png', '.jpg', '.wasm'];
/** None of them, nor a JSON file, may be larger, in MiB. */
export const LARGEST_ASSET_MIB = 1;
