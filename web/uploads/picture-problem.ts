import { limits } from '@parley/client/text';

/** Types of files that can be a picture of a person or a group. */
export const pictureTypes = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

/** Why a file cannot be a picture of a person or a group: a sentence; undefined if it can. */
export function pictureProblem({ type, size }: Pick<File, 'type' | 'size'>): string | undefined {
  if (!pictureTypes.includes(type)) return 'A picture can be a PNG, JPEG, GIF or WebP file.';
  if (size > limits.avatarBytes) return `A picture can have ${limits.avatarBytes / 1024 / 1024} MB at most.`;
  return size === 0 ? 'This file is empty.' : undefined;
}
