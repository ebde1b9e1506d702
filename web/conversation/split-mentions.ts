import { writtenMentions } from '@parley/client/text';

/** A part of a text. All parts joined are the text. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'mention'; readonly text: string; readonly username: string };

/** @param mentions user names that the message mentions, as the server found them */
export function splitMentions(text: string, mentions: readonly string[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  const take = (to: number) => to > at && pieces.push({ kind: 'text', text: text.slice(at, to) });
  for (const { at: start, forms } of mentions.length > 0 ? writtenMentions(text) : []) {
    const username = forms.find((form) => mentions.includes(form));
    if (username === undefined) continue;
    take(start);
    at = start + 1 + username.length;
    pieces.push({ kind: 'mention', text: text.slice(start, at), username });
  }
  take(text.length);
  return pieces;
}
