import { writtenMentions } from '@parley/client/text';
import { plainWords } from '../text/plain-words.ts';

/** A part of a text. All parts joined are the text. */
export type MentionPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'mention'; readonly text: string; readonly username: string };

/** @param mentions user names that the message mentions, as the server found them */
export function splitMentions(text: string, mentions: readonly string[]): MentionPiece[] {
  const pieces: MentionPiece[] = [];
  let at = 0;
  const take = (to: number) => to > at && pieces.push({ kind: 'text', text: text.slice(at, to) });
  if (mentions.length > 0) {
    for (const { at: start, forms } of writtenMentions(text)) {
      const username = forms.find((form) => mentions.includes(form));
      if (username === undefined) continue;
      take(start);
      at = start + 1 + username.length;
      pieces.push({ kind: 'mention', text: text.slice(start, at), username });
    }
  }
  take(text.length);
  return pieces;
}

/** A text with the names of the people whom it mentions, in place of their user names. */
export function textWithNames(text: string, mentions: readonly string[], nameOf: (username: string) => string): string {
  return splitMentions(text, mentions)
    .map((piece) => (piece.kind === 'mention' ? `@${nameOf(piece.username)}` : piece.text))
    .join('');
}

/** The begin of a message for one line: without marks, and with names. */
export function plainLine(
  { message, mentions }: { readonly message: string; readonly mentions: readonly string[] },
  nameOf: (username: string) => string,
): string {
  return textWithNames(plainWords(message.slice(0, 800)), mentions, nameOf);
}
