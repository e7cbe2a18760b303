import { MAX_DEPTH, ProblemError, pointerOf } from '@buildwire/contracts';
import type { Fault } from '@buildwire/contracts';
import { visit } from 'jsonc-parser';
import { isUnambiguous, outlineOf } from './strict-json-outline.js';

const MAX_FAULTS = 20;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads JSON that every later reader will read alike: UTF-8 without a byte order mark, no key twice in an object, no
 * number past 2^53, no NUL and no lone surrogate in a string, at most {@link MAX_DEPTH} levels.
 * Throws a {@link ProblemError} `malformed_json` that names each fault by its JSON pointer.
 */
export function parseStrictJson(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes);
  const outline = outlineOf(text);
  if (outline === undefined) throw new ProblemError('malformed_json', `nests deeper than ${MAX_DEPTH} levels`);
  const value = parse(text);
  if (isUnambiguous(outline, value)) return value;
  const faults = ambiguitiesOf(text);
  if (faults.length > 0) throw new ProblemError('malformed_json', undefined, faults);
  return value;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw new ProblemError('malformed_json', 'is not UTF-8', [], { cause: error });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new ProblemError('malformed_json', detail.slice(0, 200), [], { cause: error });
  }
}

function ambiguitiesOf(text: string): Fault[] {
  const faults: Fault[] = [];
  const keys: Set<string>[] = [];
  const report = (path: readonly (string | number)[], detail: string | undefined) => {
    if (detail !== undefined && faults.length < MAX_FAULTS) faults.push({ pointer: pointerOf(path), detail });
  };
  visit(text, {
    onObjectBegin: () => void keys.push(new Set()),
    onObjectEnd: () => void keys.pop(),
    onObjectProperty: (key, _offset, _length, _line, _column, pathOf) => {
      report([...pathOf(), key], keys.at(-1)?.has(key) ? 'stands twice in one object' : textFault(key));
      keys.at(-1)?.add(key);
    },
    onLiteralValue: (value: unknown, _offset, _length, _line, _column, pathOf) => {
      if (typeof value === 'string') report(pathOf(), textFault(value));
      if (typeof value === 'number') report(pathOf(), numberFault(value));
    },
  });
  return faults;
}

function textFault(text: string): string | undefined {
  if (text.includes('\0')) return 'holds a NUL character';
  return text.isWellFormed() ? undefined : 'holds half of a surrogate pair';
}

function numberFault(value: number): string | undefined {
  if (!Number.isFinite(value)) return 'is too large for a number';
  return Math.abs(value) > Number.MAX_SAFE_INTEGER ? 'is past 2^53, where numbers lose digits; send it as a string' : undefined;
}
