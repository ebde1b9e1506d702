const [start, end] = ['<!-- deployment:start -->', '<!-- deployment:end -->'];

/** The part between the marks, with the marks. */
export const section = (report: string) => `${start}\n\n${report}\n\n${end}`;

/** Replaces the part of docs/cost.md that is about a deployment. */
export function insertSection(text: string, report: string): string {
  const [before, after] = [text.indexOf(start), text.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`unable to write the report; the file has no ${start} … ${end}`);
  return `${text.slice(0, before)}${section(report)}${text.slice(after + end.length)}`;
}

/** What the file has between the marks, with them; the marks alone where it has none. */
export function sectionOf(text: string): string {
  const [before, after] = [text.indexOf(start), text.indexOf(end)];
  return before < 0 ? `${start}\n\n${end}` : text.slice(before, after + end.length);
}
