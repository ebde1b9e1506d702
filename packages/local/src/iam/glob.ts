/** IAM's wildcards: `*` for any number of characters, `?` for one. */
export function globMatches(pattern: string, text: string): boolean {
  return compile(pattern).test(text);
}

/** ArnLike matches each of the six parts of an ARN separately, so a `*` matches within one part. The last part may contain colons. */
export function arnMatches(pattern: string, arn: string): boolean {
  const [wanted, given] = [parts(pattern), parts(arn)];
  return wanted.length === given.length && wanted.every((part, index) => globMatches(part, given[index] ?? ''));
}

const compiled = new Map<string, RegExp>();

function compile(pattern: string): RegExp {
  const known = compiled.get(pattern);
  if (known) return known;
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const expression = new RegExp(`^${source}$`, 's');
  compiled.set(pattern, expression);
  return expression;
}

function parts(arn: string): string[] {
  const split = arn.split(':');
  return split.length <= 6 ? split : [...split.slice(0, 5), split.slice(5).join(':')];
}
