const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 };
export type Style = keyof typeof CODES;

/** Node judges the stream: NO_COLOR and FORCE_COLOR count, and a pipe has no colours. */
const hasColors = process.stdout.isTTY && process.stdout.hasColors();

export function styled(style: Style, text: string): string {
  return hasColors ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
}

/** What of somebody else's text may reach a terminal: no control character but tabs and line breaks. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, '\ufffd');
}

export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}
