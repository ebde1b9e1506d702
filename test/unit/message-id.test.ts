import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageId, seqOfMessageId } from '#protocol/message-id';

const ulid = '01KAGM8S1B9XJ3Q0V7T4N2C5ZD';

describe('a message’s id', () => {
  it('contains its number, whatever the number, and the time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999_999_999 }), (seq) => {
        const id = messageId(ulid, seq);
        expect(id).toMatch(/^01KAGM8S1B[0-9A-HJKMNP-TV-Z]{16}$/);
        expect(seqOfMessageId(id)).toBe(seq);
      }),
    );
  });

  it.each(['', 'x', ulid.toLowerCase(), `${ulid}0`, '01KAGM8S1B9XJ3Q0V700000000', '01KAGM8S1B9XJ3Q0V7ILOU0000'])(
    'is not %j',
    (text) => {
      expect(seqOfMessageId(text)).toBeUndefined();
    },
  );
});
