/**
 * Errors of the server in sentences for people. The server's own words are for whoever writes a client: they name requests and ids. They are
 * loaded with the first error.
 */
import { type ErrorCode, ParleyError } from '@parley/client';
import { type Label, plural, t } from '../words/words.ts';

const sentences: Readonly<Record<Exclude<ErrorCode, 'rate_limited'>, Label>> = {
  unauthenticated: 'Your session has ended. Sign in again.',
  token_expired: 'Your session has ended. Sign in again.',
  forbidden: 'You may not do this. Whoever manages the conversation can.',
  unknown_conversation: 'This conversation does not exist.',
  unknown_user: 'There is nobody of this name.',
  not_found: 'This does not exist any more.',
  invalid_frame: 'The server does not accept this. Load the page again, then try once more.',
  too_large: 'This is too large. Divide it into smaller parts.',
  conflict: 'Others changed this at the same moment. Try again.',
  attachment_missing: 'A file of this message is missing. Attach it again.',
  attachment_rejected: 'The server does not accept this file. Choose another one.',
  internal: 'The server has a problem. Try again in a moment.',
};

/** More than the code says: what is to be found in the server's own words. */
const details: readonly (readonly [code: ErrorCode, words: RegExp, sentence: Label])[] = [
  ['internal', /reach the server/, 'The server cannot be reached. Check your connection and try again.'],
  ['internal', /upload/, 'The file could not be uploaded. Try again in a moment.'],
  ['forbidden', /you have blocked/, 'You have blocked this person. Unblock them first.'],
  ['forbidden', /accepts no/, 'This person does not want messages from you.'],
  ['forbidden', /friends come first/, 'You can write to each other once you are friends.'],
  ['forbidden', /not a member|no member|left it|removed/, 'You are not in this conversation any more.'],
  ['forbidden', /is the owner|remove the owner/, 'The owner cannot be removed.'],
  ['conflict', /pinned .*conversations/, 'No more conversations can be pinned. Unpin another one first.'],
  ['conflict', /messages are pinned/, 'No more messages can be pinned. Unpin another one first.'],
  ['conflict', /links work/, 'There can be no more links. Revoke another one first.'],
  ['conflict', /emoji|reactions/, 'This message cannot have more reactions. Choose one that it has.'],
  ['conflict', /looks like|belongs to/, 'Somebody else has this name. Choose another one.'],
  ['attachment_rejected', /damaged/, 'This picture is damaged. Save it again, then upload that.'],
  ['not_found', /is not a member/, 'This person is not a member any more.'],
];

/** @param error of the client, or one with a sentence of the page */
export function errorSentence(error: Error): string {
  return error instanceof ParleyError ? refusalSentence(error.code, error.message, error.retryAfter) : error.message;
}

/** @param code earlier versions of the page stored none @param why in the server's words */
export function refusalSentence(code: ErrorCode = 'internal', why: string, retryAfter?: number): string {
  if (code === 'rate_limited') {
    return plural(
      'That was too often. Wait for {n} second, then try again.|That was too often. Wait for {n} seconds, then try again.',
      retryAfter ?? 1,
    );
  }
  const [, , sentence = sentences[code]] = details.find(([of, words]) => of === code && words.test(why)) ?? [];
  return t(sentence);
}
