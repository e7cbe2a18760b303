import type { Look } from './outcome.js';

/*
 * The elements of an Adaptive Card that we use: all there since version 1.2, which is what Teams on phones knows. Only a text
 * run shows text as it is; a text block and a fact read markup, and have no escape that all clients understand.
 */

export interface OpenUrl {
  type: 'Action.OpenUrl';
  title?: string;
  url: string;
}

export interface TextRun {
  type: 'TextRun';
  text: string;
  fontType?: 'Monospace';
  size?: 'Small';
  isSubtle?: true;
  selectAction?: OpenUrl;
}

export interface TextBlock {
  type: 'TextBlock';
  text: string;
  wrap: true;
  weight?: 'Bolder';
  size?: 'Medium' | 'Small';
  isSubtle?: true;
}

export interface RichTextBlock {
  type: 'RichTextBlock';
  inlines: TextRun[];
  spacing?: 'Small' | 'None';
}

export interface FactSet {
  type: 'FactSet';
  facts: { title: string; value: string }[];
}

export interface Container {
  type: 'Container';
  style: Look['style'];
  bleed?: true;
  items: Element[];
}

export type Element = TextBlock | RichTextBlock | FactSet | Container;

/** Text of ours only: it may hold markup. */
export function textBlock(text: string, looks: Omit<TextBlock, 'type' | 'text' | 'wrap'> = {}): TextBlock {
  return { type: 'TextBlock', text, ...looks, wrap: true };
}

/** Anybody's text. A mention needs an entity of ours, but an attacker could write the same words. */
export function textRun(text: string, looks: Omit<TextRun, 'type' | 'text'> = {}): TextRun {
  return { type: 'TextRun', text: withoutMentions(text), ...looks };
}

/** Anybody's text where there are no text runs: without the characters that could be markup. */
export function plain(text: string): string {
  return withoutMentions(text).replace(/[\\*_[\]`~|<>]/g, ' ').replaceAll('://', ': //');
}

function withoutMentions(text: string): string {
  return text.replace(/<(?=\s*\/?\s*at\b)/gi, '‹');
}
