const MODULE = /[/\\]|\.(ts|mts|js|mjs)$/;

/** Whether what stands for a kind of data or a game is the path of a module of the user: a word with a slash, or with such an ending. */
export function isModulePath(word: string): boolean {
  return MODULE.test(word);
}
