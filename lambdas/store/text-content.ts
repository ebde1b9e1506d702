/** Text and its markup, which a library of signatures does not know. */

export interface TextStart {
  readonly text: string;
  /** It begins with a byte order mark. */
  readonly isMarked: boolean;
}

/** Control characters that text in UTF-16 does not have: all but tab, line breaks and form feed. */
const controls = /[^\P{Cc}\t\n\r\f]/u;

/**
 * The text with which a file begins: in UTF-16, or in UTF-8 and any other encoding of bytes, which has no zeros.
 * @returns undefined when it is no text
 */
export function textOf(start: Uint8Array): TextStart | undefined {
  const [first, second] = start;
  if (first === 0xff && second === 0xfe) return utf16(start, 'utf-16le', true);
  if (first === 0xfe && second === 0xff) return utf16(start, 'utf-16be', true);
  // What is not UTF-8 comes out with wrong letters, which does not matter.
  if (!start.includes(0)) return { text: new TextDecoder().decode(start), isMarked: false };
  // In most texts, the zeros of UTF-16 stand in the same half of each character.
  const zeros = [0, 1].map((half) => start.filter((byte, index) => byte === 0 && index % 2 === half).length);
  if (zeros[0] === 0) return utf16(start, 'utf-16le', false);
  return zeros[1] === 0 ? utf16(start, 'utf-16be', false) : undefined;
}

function utf16(start: Uint8Array, encoding: 'utf-16le' | 'utf-16be', isMarked: boolean): TextStart | undefined {
  try {
    // The last character may be cut off.
    const text = new TextDecoder(encoding, { fatal: true }).decode(start, { stream: true });
    return controls.test(text) ? undefined : { text, isMarked };
  } catch {
    return undefined;
  }
}

/** `image/svg+xml`, `text/html` or `application/xml` by the first element; `text/plain` for any other text. */
export function markupOf(text: string): string {
  const element = firstElement(text);
  if (element === 'svg') return 'image/svg+xml';
  if (element !== undefined && htmlElements.has(element)) return 'text/html';
  return /^\s*<\?xml\s/i.test(text) ? 'application/xml' : 'text/plain';
}

const htmlElements = new Set(
  '!html html head body script iframe title style div p a b br h1 font img table svg form input'.split(' '),
);

/** The name of the first element in lower case, without a prefix; `!html` for HTML's doctype. */
function firstElement(text: string): string | undefined {
  let rest = text.trimStart();
  // Declarations, instructions, comments and other doctypes may stand before it.
  for (;;) {
    const end = rest.startsWith('<!--') ? '-->' : rest.startsWith('<?') ? '?>' : undefined;
    if (end !== undefined) rest = after(rest, end);
    else if (/^<!doctype\s+html\b/i.test(rest)) return '!html';
    else if (/^<!doctype\b/i.test(rest)) rest = after(rest, /^[^>]*\[/.test(rest) ? ']>' : '>');
    else return /^<(?:[\w-]+:)?([\w-]+)/.exec(rest)?.[1]?.toLowerCase();
  }
}

function after(text: string, end: string): string {
  const at = text.indexOf(end);
  return at < 0 ? '' : text.slice(at + end.length).trimStart();
}
