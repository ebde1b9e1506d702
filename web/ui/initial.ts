/** What stands for a name in an avatar: its first letter or digit, of any script, with its marks; else its first sign, such as an emoji. */
export function initialOf(name: string): string {
  const [letter] = /[\p{L}\p{N}]\p{M}*/u.exec(name) ?? [];
  const [sign] = new Intl.Segmenter().segment(name.trim());
  const initial = letter ?? sign?.segment ?? '';
  const large = initial.toUpperCase();
  // The large form of ß are two letters.
  return large.length === initial.length ? large : initial;
}
