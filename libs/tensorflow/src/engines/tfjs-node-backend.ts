// Of @tensorflow/tfjs-node-gpu only this, and what it needs: the package's own entry looks for an addon in the package's folder, by means
// of packages that nothing else needs.
export { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js';
import '@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js';
