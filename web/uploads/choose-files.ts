import { limits } from '@parley/client/text';

interface Sized {
  readonly name: string;
  readonly size: number;
}

/**
 * Chooses the files that a message can have.
 * @param existing number of files that the message already has
 * @returns `problem`: why the others were left out, in sentences
 */
export function chooseFiles<File extends Sized>(
  files: readonly File[],
  existing: number,
): { readonly chosen: readonly File[]; readonly problem: string | undefined } {
  const large = files.filter(({ size }) => size > limits.attachmentBytes);
  const empty = files.filter(({ size }) => size === 0);
  const good = files.filter(({ size }) => size > 0 && size <= limits.attachmentBytes);
  const chosen = good.slice(0, Math.max(0, limits.attachmentsPerMessage - existing));
  const leftOut = good.length - chosen.length;
  const sentences = [
    large.length > 0 && `${named(large)} too large: a file can have ${limits.attachmentBytes / 1024 / 1024} MB.`,
    empty.length > 0 && `${named(empty)} empty.`,
    leftOut > 0 &&
      `A message can have ${limits.attachmentsPerMessage} files: ${leftOut === 1 ? 'one was' : `${leftOut} were`} left out.`,
  ].filter((sentence) => sentence !== false);
  return { chosen, problem: sentences.length > 0 ? sentences.join(' ') : undefined };
}

function named(files: readonly Sized[]): string {
  const names = files.map(({ name }) => `“${name}”`);
  const last = names.pop();
  return names.length > 0 ? `${names.join(', ')} and ${last} are` : `${last} is`;
}
