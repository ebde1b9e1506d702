import { limits } from '@parley/client/text';
import { list, plural } from '../words/words.ts';
import { formatSize } from './format-size.ts';

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
    large.length > 0 &&
      plural(
        '{names} is too large: a file can have {size}.|{names} are too large: a file can have {size}.',
        large.length,
        {
          names: named(large),
          size: formatSize(limits.attachmentBytes),
        },
      ),
    empty.length > 0 && plural('{names} is empty.|{names} are empty.', empty.length, { names: named(empty) }),
    leftOut > 0 &&
      plural(
        'A message can have {most} files: one was left out.|A message can have {most} files: {n} were left out.',
        leftOut,
        {
          most: limits.attachmentsPerMessage,
        },
      ),
  ].filter((sentence) => sentence !== false);
  return { chosen, problem: sentences.length > 0 ? sentences.join(' ') : undefined };
}

function named(files: readonly Sized[]): string {
  return list(files.map(({ name }) => `“${name}”`));
}
