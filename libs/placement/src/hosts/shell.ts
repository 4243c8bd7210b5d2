/** A text as one word of a POSIX shell, on one line: `$n` is a line's end there, which `SHELL_START` sets. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''").replaceAll('\n', `'"$n"'`)}'`;
}

const PLAIN = /^[\w@%+=:,./-]+$/;

/** A text as one word of a POSIX shell, for people to read too: in quotes only if it needs them. */
export function readableWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Sets what `shellWord` needs: an end of line, which no command substitution leaves at its end. */
const SHELL_START = "n=$(printf '\\n.'); n=${n%.}; ";

/** Commands of a POSIX shell as one line. */
export function shellLine(commands: readonly string[]): string {
  return SHELL_START + commands.join('; ');
}

/**
 * What a login shell of any kind is told. The shell that follows says its process id, and reads what to do as a line of its standard
 * input: other users do not see that, and no shell but this one reads it. Byte for byte: what follows the line is left for the command.
 */
export const REMOTE_SHELL = `exec sh -c 'echo "lethe-shell $$"; IFS= read -r line && eval "$line"'`;
/** Whatever the start of the login shell printed comes before this. */
export const SHELL_SAYS = /^lethe-shell (\d+)\n/m;
