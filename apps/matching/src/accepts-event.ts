import type { Filter } from '@buildwire/contracts';
import { accepts, compileFilter } from '@buildwire/filters';
import type { CompiledFilter, Subject } from '@buildwire/filters';

/** A compiled expression takes some kilobytes, and there may be a million webhooks. */
const MAX_COMPILED = 10_000;

/** Filters as the webhook index holds them; a changed one is another object. */
const compiled = new Map<Filter, CompiledFilter>();

/** Does a webhook's filter let the event through? */
export function acceptsEvent(filter: Filter | null, subject: Subject): boolean {
  return filter === null || accepts(compiledOf(filter), subject);
}

function compiledOf(filter: Filter): CompiledFilter {
  const known = compiled.get(filter);
  if (known !== undefined) return known;
  if (compiled.size === MAX_COMPILED) compiled.clear();
  const made = compileFilter(filter);
  compiled.set(filter, made);
  return made;
}
