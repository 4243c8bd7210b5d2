export * from './messages.js';
export * from './parameter-layout.js';
export * from './shard-block.js';
