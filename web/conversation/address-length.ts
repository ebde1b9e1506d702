/** The characters of a text, one by one. */
type Characters = Pick<string, 'length' | 'charAt'>;

const punctuation = /[.,;:!?'*_\]}…»”’]/;

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
