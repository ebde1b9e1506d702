/** A part of a text. All parts joined are the text. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly address: string }
  | { readonly kind: 'mention'; readonly text: string; readonly username: string };

const address = /https?:\/\/[^\s<>"\p{Cc}]+/giu;
/** As in docs/protocol.md, "Mentions". */
const mention = /(?<![\p{L}\p{N}\p{M}._%+/@-])@(?=((?:[a-z0-9.-]|%[0-9a-f]{2})+))\1(?![\p{L}\p{N}_@])/giu;

/** @param mentions user names that the message mentions, as the server found them */
export function splitText(text: string, mentions: readonly string[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const found of text.matchAll(address)) {
    const link = trimPunctuation(found[0]);
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
    for (const { 1: written = '', index } of text.matchAll(mention)) {
      const name = [written, written.replace(/[.-]+$/, '')].find((form) => mentions.includes(form.toLowerCase()));
      if (name === undefined) continue;
      take(index);
      at = index + 1 + name.length;
      pieces.push({ kind: 'mention', text: text.slice(index, at), username: name.toLowerCase() });
    }
  }
  take(text.length);
  return pieces;
}

/** Removes the punctuation of the sentence around an address: `(see https://example.com/a_(b)).` */
function trimPunctuation(link: string): string {
  for (let rest = link; ; ) {
    const closing = rest.at(-1) === ')' && rest.split(')').length > rest.split('(').length;
    if (!closing && !/[.,;:!?'*_\]}…»”’]$/u.test(rest)) return rest;
    rest = rest.slice(0, -1);
  }
}
