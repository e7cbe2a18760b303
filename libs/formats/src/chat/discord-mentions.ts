export interface AllowedMentions {
  /** Empty: nobody is pinged because of what a text says. */
  parse: [];
  users?: string[];
  roles?: string[];
}

const MENTION = /^(user|role):([1-9]\d{0,19})$/;

/** The pings that the webhook's owner asked for, `user:<id>` or `role:<id>`. They count in the content only, never in an embed. */
export function mentionsIn(ids: string[]): { content?: string; allowed: AllowedMentions } {
  const users = idsOf('user', ids);
  const roles = idsOf('role', ids);
  const content = [...users.map((id) => `<@${id}>`), ...roles.map((id) => `<@&${id}>`)].join(' ');
  const allowed: AllowedMentions = { parse: [], ...(users.length === 0 ? {} : { users }), ...(roles.length === 0 ? {} : { roles }) };
  return content === '' ? { allowed } : { content, allowed };
}

/** Discord refuses an id that is named twice. */
function idsOf(kind: 'user' | 'role', ids: string[]): string[] {
  const matches = ids.map((id) => MENTION.exec(id));
  return [...new Set(matches.flatMap((match) => (match?.[1] === kind ? [match[2] ?? []] : [])).flat())];
}
