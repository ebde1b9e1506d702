/** A text in pieces: what can be followed, who is meant, and the rest as it is. Joined they are the text. */
export type Piece =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'link'; readonly text: string; readonly address: string }
  | { readonly is: 'mention'; readonly text: string; readonly username: string };

const address = /https?:\/\/[^\s<>"\p{Cc}]+/giu;
/** As the protocol has it: docs/protocol.md, "Mentions". */
const mention = /(?<![\p{L}\p{N}\p{M}._%+/@-])@(?=((?:[a-z0-9.-]|%[0-9a-f]{2})+))\1(?![\p{L}\p{N}_@])/giu;

/** @param mentions user names of whom the message mentions */
export function splitText(text: string, mentions: readonly string[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const found of text.matchAll(address)) {
    const link = withoutSentence(found[0]);
    if (!isAddress(link)) continue;
    pieces.push(...splitMentions(text.slice(at, found.index), mentions));
    pieces.push({ is: 'link', text: link, address: link });
    at = found.index + link.length;
  }
  return [...pieces, ...splitMentions(text.slice(at), mentions)];
}

function splitMentions(text: string, mentions: readonly string[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  const take = (to: number) => to > at && pieces.push({ is: 'text', text: text.slice(at, to) });
  if (mentions.length > 0) {
    for (const { 1: written = '', index } of text.matchAll(mention)) {
      const name = [written, written.replace(/[.-]+$/, '')].find((form) => mentions.includes(form.toLowerCase()));
      if (name === undefined) continue;
      take(index);
      at = index + 1 + name.length;
      pieces.push({ is: 'mention', text: text.slice(index, at), username: name.toLowerCase() });
    }
  }
  take(text.length);
  return pieces;
}

/** What ends an address in a sentence is the sentence's: `(see https://example.com/a_(b)).` */
function withoutSentence(link: string): string {
  for (let rest = link; ; ) {
    const closing = rest.at(-1) === ')' && rest.split(')').length > rest.split('(').length;
    if (!closing && !/[.,;:!?'*_\]}…»”’]$/u.test(rest)) return rest;
    rest = rest.slice(0, -1);
  }
}

function isAddress(link: string): boolean {
  return URL.canParse(link);
}
