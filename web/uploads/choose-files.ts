import { limits } from '../../protocol/limits.ts';

interface Sized {
  readonly name: string;
  readonly size: number;
}

/**
 * Those that a message can have besides the ones that it has.
 * @returns also what is wrong with the others, in sentences
 */
export function chooseFiles<File extends Sized>(
  files: readonly File[],
  already: number,
): { readonly chosen: readonly File[]; readonly refusal: string | undefined } {
  const large = files.filter(({ size }) => size > limits.attachmentBytes);
  const empty = files.filter(({ size }) => size === 0);
  const good = files.filter(({ size }) => size > 0 && size <= limits.attachmentBytes);
  const chosen = good.slice(0, Math.max(0, limits.attachmentsPerMessage - already));
  const left = good.length - chosen.length;
  const sentences = [
    large.length > 0 && `${named(large)} too large: a file can have ${limits.attachmentBytes / 1024 / 1024} MB.`,
    empty.length > 0 && `${named(empty)} empty.`,
    left > 0 &&
      `A message can have ${limits.attachmentsPerMessage} files: ${left === 1 ? 'one was' : `${left} were`} left out.`,
  ].filter((sentence) => sentence !== false);
  return { chosen, refusal: sentences.length > 0 ? sentences.join(' ') : undefined };
}

function named(files: readonly Sized[]): string {
  const names = files.map(({ name }) => `“${name}”`);
  const last = names.pop();
  return names.length > 0 ? `${names.join(', ')} and ${last} are` : `${last} is`;
}
