const graphemes = new Intl.Segmenter();
const picture =
  /^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[0-9#*]\u{FE0F}?\u{20E3}|\p{Emoji_Presentation})/u;
/** Pictographic characters that are shown as text by default, such as © and ™. */
const plain = /^(?!\p{Emoji_Presentation}).$/u;

/** Does the text consist of one to three emoji? Such a message is shown large. */
export function isEmojiOnly(text: string): boolean {
  const written = text.replace(/\s/g, '');
  if (written === '' || written.length > 90) return false;
  const signs = [...graphemes.segment(written)].map(({ segment }) => segment);
  return signs.length <= 3 && signs.every((sign) => picture.test(sign) && !plain.test(sign));
}
