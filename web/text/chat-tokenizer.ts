/** The Markdown of a chat: people write texts, not documents, and most of them do not know that there is any Markdown. */
import { Tokenizer, type Tokens } from 'marked';
import { addressAt } from './address.ts';

/** Quotes and lists within each other; deeper ones stay text, so that no text can make a page deep. */
const maxDepth = 4;

const marker = String.raw`(?:[-*]|\d{1,3}[.)])[ \t]`;
const listLines = new RegExp(`^ {0,3}${marker}(?:[^\n]*(?:\n(?=(?:\n? {0,3}${marker}|[ \t]{2,}\\S))|$|(?=\n)))+`);
const listStart = new RegExp(`^ {0,3}${marker}\\S`);
const quoteLines = /^(?: {0,3}>(?=[ \n>]|$)[^\n]*(?:\n|$))+/;
const fenced = /^ {0,3}(`{3,}|~{3,})[ \t]*([^\n`]*)\n([\s\S]*?)\n? {0,3}\1[ \t]*(?:\n+|$)/;
const letter = /[\p{L}\p{N}]/u;

export class ChatTokenizer extends Tokenizer {
  private before = '';
  private depth = 0;

  /** Ends with its marks, wherever on the line they are. What is not ended is no code. */
  override fences(src: string): Tokens.Code | undefined {
    const [raw, , lang = '', text = ''] = fenced.exec(src) ?? [];
    return raw === undefined ? undefined : { type: 'code', raw, lang, text };
  }

  /** The line below a quote is the answer to it, not a part of it. `>:(` is no quote. */
  override blockquote(src: string): Tokens.Blockquote | undefined {
    return this.deeper(quoteLines.exec(src)?.[0], (lines) => super.blockquote(lines));
  }

  /** The line below a list does not belong to it, unless it is indented. A year with a dot is no list, nor is `+ 1`. */
  override list(src: string): Tokens.List | undefined {
    if (!listStart.test(src)) return undefined;
    return this.deeper(listLines.exec(src)?.[0], (lines) => super.list(lines));
  }

  private deeper<Block>(lines: string | undefined, parse: (lines: string) => Block | undefined): Block | undefined {
    if (lines === undefined || this.depth === maxDepth) return undefined;
    this.depth += 1;
    try {
      return parse(lines);
    } finally {
      this.depth -= 1;
    }
  }

  /** `2*3*4` and `src/**` have no marks. */
  override emStrong(src: string, maskedSrc: string, prevChar = ''): Tokens.Em | Tokens.Strong | undefined {
    this.before = prevChar;
    return letter.test(prevChar) ? undefined : super.emStrong(src, maskedSrc, prevChar);
  }

  /** `~5` is about five. */
  override del(src: string, maskedSrc: string, prevChar?: string): Tokens.Del | undefined {
    return src.startsWith('~~') ? super.del(src, maskedSrc, prevChar) : undefined;
  }

  /** Not of underscores: ¯\_(ツ)_/¯ keeps its arm. */
  override escape(src: string): Tokens.Escape | undefined {
    const [raw, text = ''] = /^\\([*`~])/.exec(src) ?? [];
    if (raw !== undefined) return { type: 'escape', raw, text };
    return src.startsWith('\\_') ? { type: 'escape', raw: '\\_', text: '\\_' } : undefined;
  }

  override url(src: string): Tokens.Link | undefined {
    const found = addressAt(src, this.before);
    if (!found) return undefined;
    const { text, href } = found;
    return { type: 'link', raw: text, text, href, tokens: [{ type: 'text', raw: text, text }] };
  }

  /** The parser looks for `www.` behind spaces alone: not behind a quotation mark, nor in scripts without spaces. */
  override inlineText(src: string): Tokens.Text | undefined {
    const found = super.inlineText(src);
    const end = found?.raw.slice(1).search(/www\./i) ?? -1;
    if (!found || end < 0) return found;
    const raw = found.raw.slice(0, end + 1);
    return { ...found, raw, text: raw };
  }

  // What a chat does not have stays as it is written. Links with a text of their own could lead elsewhere than they say.
  override code = () => undefined;
  override heading = () => undefined;
  override lheading = () => undefined;
  override hr = () => undefined;
  override html = () => undefined;
  override def = () => undefined;
  override table = () => undefined;
  override tag = () => undefined;
  override link = () => undefined;
  override reflink = () => undefined;
  override autolink = () => undefined;
  override br = () => undefined;
}
