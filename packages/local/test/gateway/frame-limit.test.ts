import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFrameLimit } from '#gateway/websocket/frame-limit';

function frame({ length, masked }: { length: number; masked: boolean }): Buffer {
  const mask = masked ? 0x80 : 0;
  const header =
    length < 126
      ? Buffer.from([0x81, mask | length])
      : length < 65_536
        ? Buffer.from([0x81, mask | 126, length >> 8, length & 0xff])
        : Buffer.from([0x81, mask | 127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 0xff, length & 0xff]);
  return Buffer.concat([header, Buffer.alloc(masked ? 4 : 0, 1), Buffer.alloc(length, 0xff)]);
}

test('a frame that is too long is found whatever stands before it, and however the bytes are cut', () => {
  const allowed = fc.record({ length: fc.oneof(fc.nat(130), fc.constantFrom(999, 1_000)), masked: fc.boolean() });
  const tooLong = fc.record({ length: fc.constantFrom(1_001, 70_000), masked: fc.boolean() });
  fc.assert(
    fc.property(fc.array(allowed), tooLong, fc.array(fc.nat(3_000)), (before, last, cuts) => {
      const fine = Buffer.concat(before.map(frame));
      const exceeds = createFrameLimit(1_000);
      const pieces = (bytes: Buffer) => {
        const ends = [...new Set([...cuts.filter((cut) => cut < bytes.length), bytes.length])].sort((a, b) => a - b);
        return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
      };
      expect(pieces(fine).some((chunk) => exceeds(chunk))).toBe(false);
      expect(pieces(frame(last)).some((chunk) => exceeds(chunk))).toBe(true);
    }),
  );
});
