/** Fields that frames, bodies and queries share. An error says what would be right: "<field> must be …". */
import * as z from 'zod/mini';
import { cleanName, cleanText } from './clean-text.ts';
import { limits } from './limits.ts';

/** Text without broken characters: a lone surrogate cannot be stored and would come back changed. */
export const text = (error: string) => z.string({ error }).check(z.refine((value) => value.isWellFormed(), { error }));

/** Text of 1 to `most` Unicode code points, after trimming. */
export const trimmedText = (most: number, error: string) =>
  z.string({ error }).check(
    z.trim(),
    z.refine((value) => isLength(value, most) && value.isWellFormed(), { error }),
  );

/** A name or title of 1 to `most` Unicode code points, cleaned: see clean-text.ts. */
export const cleanedName = (most: number, error: string) =>
  z.string({ error }).check(
    z.overwrite(cleanName),
    z.refine((value) => isLength(value, most) && value.isWellFormed(), { error }),
  );

function isLength(value: string, most: number): boolean {
  const { length } = [...value];
  return length >= 1 && length <= most;
}

/** A text of several lines and 1 to `most` Unicode code points, cleaned as a message's: see clean-text.ts. */
export const cleanedText = (most: number, error: string) =>
  z.string({ error }).check(
    z.overwrite(cleanText),
    z.refine((value) => isLength(value, most) && value.isWellFormed(), { error }),
  );

/** Bounds of a whole number, both included. */
export const between = (least: number, most: number, error: string) =>
  z.int({ error }).check(z.gte(least, { error }), z.lte(most, { error }));

const clientIdError = `must be a text of 1 to ${limits.clientIdLength} characters`;
export const clientId = text(clientIdError).check(
  z.refine((id) => id.length >= 1 && id.length <= limits.clientIdLength, { error: clientIdError }),
);

const uploadIdError = `must be the id of an upload, at most ${limits.uploadIdLength} characters`;
export const uploadId = text(uploadIdError).check(z.maxLength(limits.uploadIdLength, { error: uploadIdError }));

/** Characters of a conversation's longest name: that of a few people, with `_` between their names. */
const conversationLength = limits.namedMembers * (limits.userNameLength + 1) - 1;
const attachmentError = 'must be the id of an upload, or CONVERSATION/ID for a file of another message';
/** An upload, or a file of another message that is forwarded: `CONVERSATION/ID`. */
export const attachment = text(attachmentError).check(
  z.refine((id) => (id.includes('/') ? isForwarded(id) : id.length <= limits.uploadIdLength), {
    error: attachmentError,
  }),
);

function isForwarded(path: string): boolean {
  const [conversation = '', id = ''] = path.split('/', 2);
  return conversation.length <= conversationLength && id.length <= limits.uploadIdLength;
}

const seqError = 'must be a whole number from 1';
export const seq = z.int({ error: seqError }).check(z.gte(1, { error: seqError }));

const emojiError = 'must be one emoji';
/** One emoji as Unicode recommends them for interchange: https://www.unicode.org/reports/tr51/#def_rgi_set */
export const emoji = text(emojiError).check(z.refine((value) => /^\p{RGI_Emoji}$/v.test(value), { error: emojiError }));
