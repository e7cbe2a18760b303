import type { SlackMessage } from '../chat/slack.js';
import * as limits from '../chat/slack-limits.js';

type Block = SlackMessage['attachments'][number]['blocks'][number];

/** What Slack would refuse a message for, by its documented limits; Slack has no schema for anyone to ask. */
export function slackFaults({ text, attachments }: SlackMessage): string[] {
  return [
    ...lengthFault('text', text, limits.MAX_MESSAGE_TEXT),
    ...countFault('attachments', attachments, limits.MAX_ATTACHMENTS),
    ...attachments.flatMap(({ blocks, fallback, color }) => [
      ...lengthFault('fallback', fallback, limits.MAX_TEXT),
      ...(/^#[\dA-F]{6}$/.test(color) ? [] : [`color is ${color}`]),
      ...countFault('blocks', blocks, limits.MAX_BLOCKS),
      ...blocks.flatMap(blockFaults),
    ]),
  ];
}

function blockFaults(block: Block): string[] {
  switch (block.type) {
    case 'section':
      return 'text' in block
        ? lengthFault('section.text', block.text.text, limits.MAX_TEXT)
        : [...countFault('fields', block.fields, limits.MAX_FIELDS), ...block.fields.flatMap(({ text }) => lengthFault('field', text, limits.MAX_FIELD))];
    case 'context':
      return [...countFault('context', block.elements, limits.MAX_CONTEXT_ELEMENTS), ...block.elements.flatMap(({ text }) => lengthFault('context', text, limits.MAX_TEXT))];
    case 'actions':
      return [
        ...countFault('actions', block.elements, limits.MAX_BUTTONS),
        ...(new Set(block.elements.map(({ action_id }) => action_id)).size === block.elements.length ? [] : ['an action_id is used twice']),
        ...block.elements.flatMap((button) => [
          ...lengthFault('button.text', button.text.text, limits.MAX_BUTTON_TEXT),
          ...lengthFault('button.url', button.url, limits.MAX_BUTTON_URL),
          ...lengthFault('action_id', button.action_id, limits.MAX_ACTION_ID),
        ]),
      ];
  }
}

function lengthFault(name: string, text: string, max: number): string[] {
  if (text.trim() === '') return [`${name} is empty`];
  return text.length > max ? [`${name} has ${text.length} characters of ${max}`] : [];
}

function countFault(name: string, items: unknown[], max: number): string[] {
  return items.length === 0 || items.length > max ? [`${name} has ${items.length} items of 1 to ${max}`] : [];
}
