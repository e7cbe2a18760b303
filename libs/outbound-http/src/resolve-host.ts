import { Resolver, lookup } from 'node:dns/promises';

/** Gives every address of a host name, or rejects with Node's DNS error. A trailing dot means: ask DNS alone, without a search list. */
export type ResolveHost = (name: string) => Promise<string[]>;

/** The second try gets twice as long; both fit into the time to connect. */
const QUERY_TIMEOUT_MS = 1_500;

/**
 * Asks the name servers of the machine (or `servers`) about names with a trailing dot, and getaddrinfo about the others, which
 * may stand in its hosts file. Deliveries that start together share one lookup.
 */
export function systemResolver(servers?: readonly string[]): ResolveHost {
  const resolver = new Resolver({ timeout: QUERY_TIMEOUT_MS, tries: 2 });
  if (servers !== undefined) resolver.setServers(servers);
  return shared((name) => (name.endsWith('.') ? askDns(name, resolver) : askMachine(name)));
}

function shared(resolve: ResolveHost): ResolveHost {
  const asked = new Map<string, Promise<string[]>>();
  return (name) => {
    const known = asked.get(name);
    if (known !== undefined) return known;
    const answer = resolve(name).finally(() => asked.delete(name));
    asked.set(name, answer);
    return answer;
  };
}

// Not getaddrinfo: it runs on the four threads of libuv's pool, and four dead name servers of customers would take them all.
async function askDns(name: string, resolver: Resolver): Promise<string[]> {
  const [ipv4, ipv6] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  const addresses = [ipv4, ipv6].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  if (addresses.length === 0 && ipv4.status === 'rejected') throw ipv4.reason;
  return addresses;
}

async function askMachine(name: string): Promise<string[]> {
  const answers = await lookup(name, { all: true, verbatim: true });
  return answers.map(({ address }) => address);
}
