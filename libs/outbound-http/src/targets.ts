import type { AllowList } from './allow-list.js';
import { judgeUrl, type UrlVerdict } from './webhook-url.js';

/** A URL that may be called, taken apart once. */
export interface Target {
  url: URL;
  origin: string;
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
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    const target = { url, origin: url.origin, path: url.pathname + url.search };
    this.#kept.set(text, target);
    return target;
  }
}
