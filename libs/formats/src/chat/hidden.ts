import { isOperationalEvent, subjectKindOf } from '@buildwire/contracts';
import type { Event, RenderingOptions } from '@buildwire/contracts';
import { stateOf } from './outcome.js';

/** Why a channel is spared this event, and what shows it; undefined if it is not. */
export function hiddenBecause(event: Event, { showSuperseded, showCanceled }: RenderingOptions): string | undefined {
  if (isOperationalEvent(event)) return undefined;
  const state = stateOf(event);
  if (state === 'superseded' && showSuperseded !== true) return 'superseded builds are hidden; set options.showSuperseded';
  if (state === 'canceled' && showCanceled !== true) return `canceled ${subjectKindOf(event.type)}s are hidden; set options.showCanceled`;
  return undefined;
}
