import { writtenMentions } from '@parley/client/text';
import { addressLength } from './address-length.ts';

/** A part of a text. All parts joined are the text. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly address: string }
  | { readonly kind: 'mention'; readonly text: string; readonly username: string };

const address = /https?:\/\/[^\s<>"\p{Cc}]+/giu;

/** @param mentions user names that the message mentions, as the server found them */
export function splitText(text: string, mentions: readonly string[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const found of text.matchAll(address)) {
    const link = found[0].slice(0, addressLength(found[0]));
    if (!URL.canParse(link)) continue;
    pieces.push(...splitMentions(text.slice(at, found.index), mentions));
    pieces.push({ kind: 'link', text: link, address: link });
    at = found.index + link.length;
  }
  return [...pieces, ...splitMentions(text.slice(at), mentions)];
}

function splitMentions(text: string, mentions: readonly string[]): Piece[] {
  const pieces: Piece[] = [];
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
