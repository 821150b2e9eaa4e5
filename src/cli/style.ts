// Colours for terminals; plain text everywhere else.

export interface Style {
  bold(text: string): string;
  red(text: string): string;
  green(text: string): string;
  cyan(text: string): string;
  dim(text: string): string;
}

const plain = (text: string): string => text;

export const PLAIN_STYLE: Style = { bold: plain, red: plain, green: plain, cyan: plain, dim: plain };

const ansi = (open: number, close: number) => (text: string) => `\x1b[${open}m${text}\x1b[${close}m`;

const COLOR_STYLE: Style = {
  bold: ansi(1, 22),
  red: ansi(31, 39),
  green: ansi(32, 39),
  cyan: ansi(36, 39),
  dim: ansi(2, 22),
};

export function isTerminal(fd: 1 | 2): boolean {
  // Loaded here, because loading it takes two milliseconds that only reports need.
  return process.getBuiltinModule("node:tty").isatty(fd);
}

/** Colours only on a terminal, and never when `NO_COLOR` is set (no-color.org) or the terminal is dumb. */
export function styleFor(fd: 1 | 2): Style {
  const { NO_COLOR, TERM } = process.env;
  return isTerminal(fd) && !NO_COLOR && TERM !== "dumb" ? COLOR_STYLE : PLAIN_STYLE;
}
