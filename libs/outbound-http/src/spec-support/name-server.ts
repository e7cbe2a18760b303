import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** What is said about a name: its addresses of the type asked for, behind an alias if there is one; or an error; or nothing at all. */
export type Said = { addresses?: string[]; alias?: string; code?: number } | 'silence';

/** Answers from a script, over UDP and, where the answer does not fit, over TCP; closed when the test has finished. */
export interface NameServer {
  address: string;
  /** Like `A receiver.example.com`, in order of arrival. */
  questions: string[];
}

export const NXDOMAIN = 3;
export const SERVFAIL = 2;

const TYPES = new Map([[1, 'A'], [28, 'AAAA']]);
const ALIAS = 5;
const MAX_UDP_BYTES = 512;
const TRUNCATED = 0x0200;

export async function nameServer(script: (question: string) => Said): Promise<NameServer> {
  const questions: string[] = [];
  const reply = (query: Buffer) => {
    const question = questionOf(query);
    questions.push(question.text);
    const said = script(question.text);
    return said === 'silence' ? undefined : answerTo(query, question, said);
  };

  const overTcp = createServer((socket) => {
    socket.on('error', () => undefined).on('data', (data) => {
      const answer = reply(data.subarray(2));
      if (answer !== undefined) socket.write(Buffer.concat([uint16(answer.length), answer]));
    });
  }).listen(0, '127.0.0.1');
  await once(overTcp, 'listening');
  const { port } = overTcp.address() as AddressInfo;

  const overUdp = createSocket('udp4').on('message', (query, { port: to, address }) => {
    const answer = reply(query);
    if (answer !== undefined) overUdp.send(answer.length > MAX_UDP_BYTES ? truncated(query) : answer, to, address);
  });
  overUdp.bind(port, '127.0.0.1');
  await once(overUdp, 'listening');
  onTestFinished(() => {
    overTcp.close();
    overUdp.close();
  });
  return { address: `127.0.0.1:${port}`, questions };
}

interface Question {
  text: string;
  type: number;
  end: number;
}

function questionOf(query: Buffer): Question {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const type = query.readUInt16BE(at + 1);
  return { text: `${TYPES.get(type) ?? type} ${labels.join('.')}`, type, end: at + 5 };
}

function answerTo(query: Buffer, { type, end }: Question, { addresses = [], alias, code = 0 }: Exclude<Said, 'silence'>): Buffer {
  const owner = alias === undefined ? Buffer.from([0xc0, 12]) : encoded(alias);
  const fitting = addresses.filter((address) => address.includes(':') === (type === 28));
  const records = [
    ...(alias === undefined ? [] : [record(Buffer.from([0xc0, 12]), ALIAS, encoded(alias))]),
    ...fitting.map((address) => record(owner, type, bytesOf(address))),
  ];
  return Buffer.concat([header(query, 0x8180 | code, records.length), query.subarray(12, end), ...records]);
}

function truncated(query: Buffer): Buffer {
  return Buffer.concat([header(query, 0x8180 | TRUNCATED, 0), query.subarray(12, questionOf(query).end)]);
}

function header(query: Buffer, flags: number, answers: number): Buffer {
  return Buffer.concat([query.subarray(0, 2), uint16(flags), uint16(1), uint16(answers), uint16(0), uint16(0)]);
}

/** With a time to live of 0. */
function record(owner: Buffer, type: number, data: Buffer): Buffer {
  return Buffer.concat([owner, uint16(type), uint16(1), Buffer.alloc(4), uint16(data.length), data]);
}

function encoded(name: string): Buffer {
  return Buffer.concat([...name.split('.').flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]), Buffer.from([0])]);
}

/** IPv6 without abbreviations. */
function bytesOf(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  return Buffer.concat(address.split(':').map((group) => uint16(parseInt(group, 16))));
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
