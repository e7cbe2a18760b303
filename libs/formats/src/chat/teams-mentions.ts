export interface Mention {
  type: 'mention';
  /** Must stand, letter by letter, in the text of a block. */
  text: string;
  mentioned: { id: string; name: string };
}

const PRINCIPAL_NAME = /^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+$/;

/** The pings that the webhook's owner asked for, by user principal name. */
export function mentionsOf(ids: string[]): Mention[] {
  const names = ids.filter((id) => PRINCIPAL_NAME.test(id));
  return [...new Set(names)].map((id) => ({ type: 'mention', text: `<at>${id}</at>`, mentioned: { id, name: id } }));
}
