/**
 * A message's id is a ULID whose last eight characters hold its number in the log. So the id alone finds the message, without an index.
 * https://github.com/ulid/spec
 */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const numberLength = 8;

/** A message, named by its number or by its id. If both are given, both must be right. */
export interface MessageRef {
  readonly seq?: number | undefined;
  readonly id?: string | undefined;
}

/** @param ulid any ULID of the message's time; its random part is long enough without the last characters */
export function messageId(ulid: string, seq: number): string {
  let rest = seq;
  let number = '';
  for (let place = 0; place < numberLength; place++) {
    number = (alphabet[rest % alphabet.length] ?? '') + number;
    rest = Math.floor(rest / alphabet.length);
  }
  return ulid.slice(0, -numberLength) + number;
}

/** The number in an id; undefined if it is not an id. */
export function seqOfMessageId(id: string): number | undefined {
  if (!/^[0-9A-HJKMNP-TV-Z]{26}$/.test(id)) return undefined;
  const seq = [...id.slice(-numberLength)].reduce(
    (sum, character) => sum * alphabet.length + alphabet.indexOf(character),
    0,
  );
  return seq > 0 ? seq : undefined;
}
