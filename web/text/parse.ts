/** Parses what people write: bold, italics, code, lists and quotes in Markdown, and addresses. Everything else stays as it is written. */
import { Lexer, type Token, type Tokens } from 'marked';
import { ChatTokenizer } from './chat-tokenizer.ts';

/** A part of a line. */
export type Inline =
  | string
  | { readonly kind: 'bold' | 'italic' | 'struck'; readonly parts: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string };

/** A part of a text that begins on a line of its own. */
export type Block =
  | { readonly kind: 'text'; readonly parts: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] }
  | {
      readonly kind: 'list';
      /** The first number; undefined for a list without numbers. */
      readonly start: number | undefined;
      readonly items: readonly (readonly Block[])[];
    };

export function parse(text: string): readonly Block[] {
  // A tokenizer for each text: it remembers where it is.
  return blocksOf(new Lexer({ gfm: true, tokenizer: new ChatTokenizer() }).lex(text));
}

const isList = (token: Token): token is Tokens.List => token.type === 'list';
const isQuote = (token: Token): token is Tokens.Blockquote => token.type === 'blockquote';
const isCode = (token: Token): token is Tokens.Code => token.type === 'code';

function blocksOf(tokens: readonly Token[]): readonly Block[] {
  const blocks: Block[] = [];
  let text: Inline[] = [];
  const endText = () => {
    const parts = trimLines(text);
    if (parts.length > 0) blocks.push({ kind: 'text', parts });
    text = [];
  };
  for (const token of tokens) {
    if (isList(token)) {
      endText();
      const start = token.ordered ? Number(token.start) : undefined;
      blocks.push({ kind: 'list', start, items: token.items.map((item) => blocksOf(item.tokens)) });
    } else if (isQuote(token)) {
      endText();
      blocks.push({ kind: 'quote', blocks: blocksOf(token.tokens) });
    } else if (isCode(token)) {
      endText();
      blocks.push({ kind: 'code', text: token.text });
    } else if ('tokens' in token && token.tokens) {
      // The empty lines between paragraphs stay as they are written.
      text.push(...inlinesOf(token.tokens), /\n*$/.exec(token.raw)?.[0] ?? '');
    } else text.push(token.raw);
  }
  endText();
  return blocks;
}

const marks: Readonly<Record<string, 'bold' | 'italic' | 'struck'>> = { strong: 'bold', em: 'italic', del: 'struck' };

function inlinesOf(tokens: readonly Token[]): Inline[] {
  return tokens.map((token): Inline => {
    const kind = marks[token.type];
    if (kind && 'tokens' in token && token.tokens) return { kind, parts: inlinesOf(token.tokens) };
    if (token.type === 'codespan') return { kind: 'code', text: token.text };
    if (token.type === 'link') return { kind: 'link', text: token.text, href: token.href };
    return token.type === 'escape' ? token.text : token.raw;
  });
}

/** Joins texts that follow each other, without the line breaks at both ends: a block begins on a new line anyhow. */
function trimLines(parts: readonly Inline[]): readonly Inline[] {
  const joined: Inline[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (typeof part === 'string' && typeof last === 'string') joined[joined.length - 1] = last + part;
    else joined.push(part);
  }
  const [first] = joined;
  if (typeof first === 'string') joined[0] = first.replace(/^\n+/, '');
  const last = joined.at(-1);
  if (typeof last === 'string') joined[joined.length - 1] = last.replace(/\n+$/, '');
  return joined.filter((part) => part !== '');
}
