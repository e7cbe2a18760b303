import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { describeRequest } from './describe-request.js';
import { BusyPortError, receive } from './receive.js';
import type { LocalReceiver } from './receive.js';

const open: LocalReceiver[] = [];

afterEach(() => open.splice(0).forEach((receiver) => receiver.close()));

describe('the local receiver', () => {
  it('shows a request and answers 200', async () => {
    const shown: string[] = [];
    const { url } = await start(0, (text) => shown.push(text));

    expect(await post(`${url}hooks?a=1`, { 'webhook-id': 'dlv_1', 'webhook-signature': 'v1,abc' }, '{"type":"build.failed","data":{"id":"evt_1"}}')).toBe(200);

    expect(shown.join()).toMatch(/POST \/hooks\?a=1 +build\.failed/);
    expect(shown.join()).toMatch(/webhook-id +dlv_1/);
    expect(shown.join()).toMatch(/webhook-signature +v1,abc/);
    expect(shown.join()).toContain('    "data": {\n      "id": "evt_1"');
  });

  it('says which port is in use and how to take another', async () => {
    const { url } = await start(0);
    await expect(receive(Number(new URL(url).port))).rejects.toThrow(BusyPortError);
    await expect(receive(Number(new URL(url).port))).rejects.toThrow(/^port \d+ is in use .* --port 9001$/);
  });

  it('lets no control character of a request reach the terminal', () => {
    const shown = describeRequest({ method: 'POST', path: '/', headers: { 'webhook-id': '\u009b2J' }, body: Buffer.from('not JSON \u001b]0;title\u0007\r\n'), receivedAt: new Date(0) });
    expect(shown).toContain('not JSON \ufffd]0;title');
    expect(shown).not.toMatch(/[^\P{Cc}\n]/u);
  });

  it('breaks a request off that is larger than any webhook', async () => {
    const { url } = await start(0);
    await expect(post(url, {}, 'x'.repeat(3 * 1024 * 1024))).rejects.toThrow();
  });
});

async function start(port: number, show: (text: string) => void = () => undefined): Promise<LocalReceiver> {
  const receiver = await receive(port, show);
  open.push(receiver);
  return receiver;
}

function post(url: string, headers: Record<string, string>, body: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.on('error', reject);
    call.end(body);
  });
}
