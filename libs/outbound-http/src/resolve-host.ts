import { lookup } from 'node:dns/promises';

/** Gives every address of a host name, or rejects with Node's DNS error. */
export type ResolveHost = (name: string) => Promise<string[]>;

/**
 * Asks the resolver of the machine for all addresses. Deliveries that start together share one lookup, because getaddrinfo
 * runs on the four threads of libuv's pool and one dead name server must not take them all.
 */
export function systemResolver(): ResolveHost {
  const asked = new Map<string, Promise<string[]>>();
  return (name) => {
    const known = asked.get(name);
    if (known !== undefined) return known;
    const answer = lookupAll(name).finally(() => asked.delete(name));
    asked.set(name, answer);
    return answer;
  };
}

async function lookupAll(name: string): Promise<string[]> {
  const answers = await lookup(name, { all: true, verbatim: true });
  return answers.map(({ address }) => address);
}
