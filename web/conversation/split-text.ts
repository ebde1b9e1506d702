import { type MentionPiece, splitMentions } from '../state/mentions.ts';
import { addressLength } from './address-length.ts';

/** A part of a text. All parts joined are the text. */
export type Piece = MentionPiece | { readonly kind: 'link'; readonly text: string; readonly address: string };

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
