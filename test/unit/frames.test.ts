import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChatError } from '#protocol/errors';
import { readFrame } from '#protocol/frames';
import { limits } from '#protocol/limits';
import { messageText } from '#protocol/message-text';

function refusal(read: () => unknown): { code: string; message: string } {
  try {
    read();
  } catch (error) {
    if (error instanceof ChatError) return { code: error.code, message: error.sentence('send the message') };
    throw error;
  }
  return { code: 'no error', message: '' };
}

describe('a frame that is no object', () => {
  it.each([undefined, '', 'hello', '{', '[]', '[{"type":"ping"}]', '5', 'null', '"ping"', 'true'])(
    '%j is refused',
    (body) => {
      expect(refusal(() => readFrame(body)).code).toBe('invalid_frame');
    },
  );

  it('is refused with any content, and never crashes the parser', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        try {
          expect(typeof readFrame(body)).toBe('object');
        } catch (error) {
          expect(error).toBeInstanceOf(ChatError);
        }
      }),
    );
  });
});

describe('a create frame', () => {
  it.each([
    [{ message: 5 }, 'message must be a text'],
    [{ message: 'a\ud800' }, 'message must be a text'],
    [{ message: 'x', attachments: 'id' }, 'attachments must be a list'],
    [{ message: 'x', attachments: [1] }, 'attachments.0 must be the id'],
    [{ message: 'x', attachments: Array(6).fill('a') }, 'attachments must be at most 5'],
    [{ message: 'x', reply_to: 0 }, 'reply_to must be a whole number'],
    [{ message: 'x', reply_to: 1.5 }, 'reply_to must be a whole number'],
    [{ message: 'x', client_id: '' }, 'client_id must be a text of 1 to 64'],
    [{ message: 'x', client_id: 'c'.repeat(65) }, 'client_id must be a text of 1 to 64'],
    [{ message: 'x', conversation: 7 }, 'conversation must be the name'],
  ])('%j is refused with the field and what it must be', (fields, sentence) => {
    const { code, message } = refusal(() => readFrame(JSON.stringify({ type: 'create', ...fields })));
    expect(code).toBe('invalid_frame');
    expect(message).toContain(`unable to read the create frame; ${sentence}`);
  });

  it('keeps only the fields that it knows, also when one is called __proto__', () => {
    const frame = readFrame('{"type":"create","message":"x","__proto__":{"admin":true},"constructor":1}');
    expect(frame).toEqual({ type: 'create', message: 'x' });
    expect(Object.prototype).not.toHaveProperty('admin');
  });
});

describe('a typing frame', () => {
  it.each([
    [true, true],
    ['True', true],
    ['true', true],
    [false, false],
    ['False', false],
  ])('typing %j means %j', (given, meant) => {
    expect(readFrame(JSON.stringify({ type: 'typing', typing: given }))).toEqual({ type: 'typing', typing: meant });
  });

  it.each([undefined, 1, 'yes', null])('typing %j is refused', (given) => {
    const { message } = refusal(() => readFrame(JSON.stringify({ type: 'typing', typing: given })));
    expect(message).toBe('unable to read the typing frame; typing must be true or false');
  });
});

describe('a frame of the replaced programs', () => {
  it.each([
    [
      { event_type: 'create', event_data: { message: 'hi' } },
      { type: 'create', message: 'hi' },
    ],
    [{ message: 'hi' }, { type: 'create', message: 'hi' }],
    [
      { message: 'hi', client_id: '1' },
      { type: 'create', message: 'hi', client_id: '1' },
    ],
    [
      { type: 'chat_message', message: 'hi', ref_message: 'ID' },
      { type: 'create', message: 'hi', reply_to: { id: 'ID' } },
    ],
    [
      { event_type: 'edit', event_data: { uiid: 'ID', edit_message: 'hi' } },
      { type: 'edit', target: { id: 'ID' }, message: 'hi' },
    ],
    [
      { event_type: 'delete', event_data: { uiid: 'ID' } },
      { type: 'delete', target: { id: 'ID' }, for: 'everyone' },
    ],
    [{ event_type: 'delete all', event_data: {} }, { type: 'clear' }],
  ])('%j is a frame of this protocol', (value, frame) => {
    expect(readFrame(JSON.stringify(value))).toEqual(frame);
  });

  it.each([
    {},
    { type: 'dance' },
    { type: 5 },
    { event_type: 'create' },
    { event_type: 'dance', event_data: {} },
    { message: 5 },
  ])('%j is refused, and the answer lists what is known', (value) => {
    const { code, message } = refusal(() => readFrame(JSON.stringify(value)));
    expect(code).toBe('invalid_frame');
    expect(message).toContain('create, edit, delete, clear, react, typing, read_messages, renew_token, ping');
  });
});

describe('the text of a message', () => {
  it('is trimmed', () => expect(messageText('  hi\n', 0)).toBe('hi'));
  it('may be empty with an attachment', () => expect(messageText(undefined, 1)).toBe(''));
  it.each([undefined, '', ' \n\t '])('%j alone is refused', (text) => {
    expect(refusal(() => messageText(text, 0)).code).toBe('invalid_frame');
  });
  it('has at most 8,000 characters, whatever their size in bytes', () => {
    expect(messageText('é'.repeat(limits.textLength), 0)).toHaveLength(8_000);
    expect(refusal(() => messageText('a'.repeat(limits.textLength + 1), 0)).code).toBe('too_large');
  });
  it('fits a frame as JSON, together with its attachments', () => {
    expect(messageText('漢'.repeat(8_000), 0)).toHaveLength(8_000);
    expect(refusal(() => messageText('漢'.repeat(8_000), 5)).code).toBe('too_large');
    expect(refusal(() => messageText('😀'.repeat(7_500), 0)).code).toBe('too_large');
  });
});
