// Makes native TensorFlow loadable: `npx nx run tensorflow-setup:setup`, for the tests. `npx lethe` does the same by itself.
// Not cached by Nx: it looks at the files in the user's cache folder, which may have been deleted since.
import { bringUpToDate, SET_UP } from '../../bundle.mjs';

await bringUpToDate(SET_UP);
const { setUpNative } = await import('./dist/set-up-native.js');
const interrupt = new AbortController();
// pip and g++ get the terminal's signal too and end; what was built is then removed, and the next run starts clean.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interrupt.abort());
try {
  await setUpNative({ report: (line) => console.error(`lethe: ${line}`), signal: interrupt.signal });
} catch (error) {
  console.error(error?.name === 'LetheError' ? `lethe: ${error.message}` : error);
  // Where there is no native TensorFlow to be had, runs compute on WebAssembly, and say so.
  if (error?.code !== 'ENGINE_UNSUPPORTED_PLATFORM') process.exitCode = 1;
}
