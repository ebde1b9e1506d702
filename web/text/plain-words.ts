const marks =
  /^ {0,3}(?:```|~~~).*\n?|^ {0,3}> ?|(`+)(.+?)\1(?!`)|(?<![\p{L}\p{N}\\/])(\*{1,3}|_{1,3}|~~)(?=\S)(.+?)(?<=\S)\3(?![\p{L}\p{N}])/gmu;

/** A text without its marks, for one line: `**Hi** *there*` is `Hi there`. It needs no parser, so it is nearly what a message shows. */
export function plainWords(text: string): string {
  return text.replace(marks, (_, _ticks, code, _mark, inner) => code ?? (inner ? plainWords(inner) : ''));
}
