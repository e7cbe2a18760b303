import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measured, openFrame, packFrame } from './message-frame.js';

describe('a frame', () => {
  it('is a JSON array if nothing travels aside', () => {
    expect(packFrame([{ json: measured('{"a":1}') }, { json: measured('{"b":"é"}') }]).toString()).toBe('[{"a":1},{"b":"é"}]');
  });

  it('holds a text once, however many records have it', () => {
    const frame = packFrame(['x', 'y', 'x'].map((text) => ({ json: measured('{}'), aside: measured(text.repeat(1_000)) })));
    expect(frame.length).toBeLessThan(2_100);
    const { textOf } = openFrame(frame);
    expect([0, 1, 2].map((index) => textOf(index)?.[0])).toEqual(['x', 'y', 'x']);
  });

  it('gives back what was packed, whatever the texts hold', () => {
    const packed = fc.array(fc.tuple(fc.json(), fc.string({ unit: 'grapheme' })), { minLength: 1 });
    fc.assert(
      fc.property(packed, (records) => {
        const { parsed, textOf } = openFrame(packFrame(records.map(([json, text]) => ({ json: measured(json), aside: measured(text) }))));
        expect(parsed).toEqual(records.map(([json]) => JSON.parse(json)));
        expect(records.map((_, index) => textOf(index))).toEqual(records.map(([, text]) => text));
      }),
    );
  });

  it('opens at any place of a larger buffer', () => {
    const frame = packFrame([{ json: measured('{}'), aside: measured('text') }]);
    const larger = Buffer.concat([Buffer.from('before'), frame, Buffer.from('after')]);
    expect(openFrame(new Uint8Array(larger.buffer, larger.byteOffset + 6, frame.length)).textOf(0)).toBe('text');
  });

  it.each([
    ['no JSON', 'junk', SyntaxError],
    ['texts that are cut off', '[{}]\n{"of":[0],"bytes":[5]}\nfour', /not as long/],
    ['more than its texts', '[{}]\n{"of":[0],"bytes":[3]}\nfour', /not as long/],
    ['no lengths', '[{}]\n{"of":[0]}\n', /where its texts are/],
    ['a negative length', '[{}]\n{"of":[0],"bytes":[-1]}\n', /where its texts are/],
    ['one line feed only', '[{}]\n{"of":[0],"bytes":[0]}', SyntaxError],
  ])('is refused if it holds %s', (_, payload, reason) => {
    expect(() => openFrame(Buffer.from(payload))).toThrow(reason);
  });
});
