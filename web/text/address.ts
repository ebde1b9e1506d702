/** An address in a text that leads somewhere. */
export interface Address {
  /** As it is written. */
  readonly text: string;
  /** Where a link leads: `https:`, `http:` or `mailto:`. */
  readonly href: string;
}

/** Scripts that are written without spaces, and their punctuation: what follows an address at once is not part of it. Source: protocol/mentions.ts. */
const unspaced = `${[
  'Han',
  'Hira',
  'Kana',
  'Bopo',
  'Hang',
  'Thai',
  'Laoo',
  'Khmr',
  'Mymr',
  'Tibt',
  'Yiii',
  'Lana',
  'Bali',
  'Java',
]
  .map((script) => `\\p{scx=${script}}`)
  .join('')}\\u3000-\\u303f\\uff00-\\uffef`;

/** A host may be written in such a script, as far as each of its labels begins with it: `https://日本語.jp`. */
const label = `(?:[${unspaced}]+|[^\\s<>"/?#@:.${unspaced}]+)`;
const rest = `(?:[/?#:][^\\s<>"\\p{Cc}${unspaced}]*)?`;
const web = new RegExp(`^https?://(?:[^\\s<>"/?#@${unspaced}]+@)?${label}(?:\\.${label})*\\.?${rest}`, 'iu');
const bare = new RegExp(`^www(?:\\.${label})+${rest}`, 'iu');
const mail = /^[a-z0-9!#$%&'*+/=?^_{|}~.-]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,63}(?![\w@-])/i;

/** `www.` and mail addresses do not begin within a word, another address or a path. */
const inWord = new RegExp(`^(?![${unspaced}])[\\p{L}\\p{N}\\p{M}._%+/@-]`, 'u');

/**
 * The address at the start of a text.
 * @param before the character before the text
 */
export function addressAt(text: string, before = ''): Address | undefined {
  const written = (pattern: RegExp) => {
    const [found = ''] = pattern.exec(text) ?? [];
    return found.slice(0, addressLength(found));
  };
  const link = written(web);
  if (link !== '' && URL.canParse(link)) return { text: link, href: link };
  if (inWord.test(before)) return undefined;
  const host = written(bare);
  if (host.includes('.', 4) && URL.canParse(`https://${host}`)) return { text: host, href: `https://${host}` };
  const [address = ''] = mail.exec(text) ?? [];
  return address === '' ? undefined : { text: address, href: `mailto:${address}` };
}

/** The characters of a text, one by one. */
type Characters = Pick<string, 'length' | 'charAt'>;

const punctuation = /[.,;:!?'*_~`\]}…»”’]/;

/**
 * How much of what looks like an address is one, without the punctuation of the sentence around it: `(see https://example.com/a_(b)).`
 * It looks at each character twice at most.
 */
export function addressLength(text: Characters): number {
  // How many more brackets are closed than were opened.
  let closed = 0;
  for (let index = 0; index < text.length; index++) closed += bracket(text.charAt(index));
  let length = text.length;
  for (; length > 0; length--) {
    const last = text.charAt(length - 1);
    if (last === ')' && closed > 0) closed -= 1;
    else if (!punctuation.test(last)) return length;
  }
  return length;
}

function bracket(character: string): number {
  if (character === ')') return 1;
  return character === '(' ? -1 : 0;
}
