import type { AllowList } from './allow-list.js';
import { judgeUrl, type UrlVerdict } from './webhook-url.js';

/** A URL that may be called, taken apart once. */
export interface Target {
  url: URL;
  origin: string;
  /** As the header says it, with a port that is not the default. */
  host: string;
  path: string;
}

/** Parsing costs as much as the rest of a request to a warm endpoint, so the URLs called last are kept. */
const MAX_KEPT = 10_000;

/** The verdicts on URLs; they depend on nothing but the text and the allow-list. */
export class Targets {
  readonly #kept = new Map<string, Target>();

  constructor(readonly allow: AllowList) {}

  of(text: string): Target | Exclude<UrlVerdict, { kind: 'allowed' }> {
    const kept = this.#kept.get(text);
    if (kept !== undefined) return kept;
    const verdict = judgeUrl(text, this.allow);
    if (verdict.kind !== 'allowed') return verdict;
    return this.#keep(text, verdict.url);
  }

  #keep(text: string, url: URL): Target {
    if (this.#kept.size >= MAX_KEPT) this.#forgetOldest();
    const target = { url, origin: url.origin, host: url.host, path: url.pathname + url.search };
    this.#kept.set(text, target);
    return target;
  }

  #forgetOldest(): void {
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }
}

/** The host of any text; empty if it is no URL. */
export function hostIn(text: string): string {
  return URL.canParse(text) ? new URL(text).host : '';
}
