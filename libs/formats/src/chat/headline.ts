import type { Card } from './card.js';

/** What it is about, without the app: `Win64 Development #1842`. */
export function variantAndNumber({ variant, number }: Card): string | undefined {
  return [variant, number === undefined ? undefined : `#${number}`].filter((part) => part !== undefined).join(' ') || undefined;
}

/** The app and what of it, in the order of reading. */
export function namesOf(card: Card): string[] {
  const names = [card.app, variantAndNumber(card)].filter((name) => name !== undefined);
  return card.variantFirst ? names.reverse() : names;
}

/** Outcome, what and where, as plain text: `Build failed · MyGame · Win64 Development #1842`. */
export function headlineOf(card: Card): string {
  const outcome = [card.outcome.title, card.detail].filter((part) => part !== undefined).join(' ');
  return [outcome, ...namesOf(card)].join(' · ');
}
