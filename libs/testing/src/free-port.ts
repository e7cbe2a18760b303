import { isFree } from '@buildwire/embedded';

/** Below those that the kernel gives to whoever asks for none (from 32,768 on): nobody takes one by chance before its program has started. */
const FIRST = 10_000;
const COUNT = 22_000;
let last = Math.floor(Math.random() * COUNT);

/** A port of 127.0.0.1 that nobody listens on, for a program that cannot choose one itself. A process gets each once. */
export async function freePort(): Promise<number> {
  last = (last + 1) % COUNT;
  const port = FIRST + last;
  return (await isFree('127.0.0.1', port)) ? port : freePort();
}
