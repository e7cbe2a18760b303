import { print, printable, styled } from '../terminal.js';

/** Buildwire did not do what the demo says that it does. */
export class BrokenPromiseError extends Error {
  override readonly name = 'BrokenPromiseError';
  readonly code = 'demo.broken_promise';
}

/** What the demo tells, with a count of what it has checked. */
export class Story {
  checked = 0;

  chapter(title: string): void {
    print(`\n${styled('bold', title)}`);
  }

  tell(...parts: string[]): void {
    print(`  ${parts.join('  ')}`);
  }

  /** Throws a {@link BrokenPromiseError} unless it holds. */
  check(promise: string, holds: boolean, found?: unknown): void {
    if (!holds) throw new BrokenPromiseError(`${promise}: no${found === undefined ? '' : `; found ${printable(JSON.stringify(found))}`}`);
    this.checked++;
  }

  /** Checks and says so. */
  promise(promise: string, holds: boolean, found?: unknown): void {
    this.check(promise, holds, found);
    this.tell(styled('green', '✓'), promise);
  }
}
