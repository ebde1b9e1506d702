import type { Chat } from '@parley/client';
import { postFile } from '../../packages/client/src/uploads.ts';
import type { Me, UploadForm } from '../../protocol/http.ts';
import { limits } from '../../protocol/limits.ts';

export const pictureTypes = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

/** Why a file can be nobody's picture: a sentence; undefined where it can. */
export function pictureRefusal({ type, size }: Pick<File, 'type' | 'size'>): string | undefined {
  if (!pictureTypes.includes(type)) return 'A picture can be a PNG, JPEG, GIF or WebP file.';
  if (size > limits.avatarBytes) return `A picture can have ${limits.avatarBytes / 1024 / 1024} MB at most.`;
  return size === 0 ? 'This file is empty.' : undefined;
}

/**
 * @param change `picture`: null takes it away, undefined leaves it as it is
 * @throws ParleyError
 */
export async function saveProfile(
  { request }: Pick<Chat, 'request'>,
  { name, picture }: { readonly name: string; readonly picture: File | null | undefined },
): Promise<Me> {
  const avatar = picture ? await upload(request, picture) : picture;
  return request<Me>('PATCH', '/me', { name, avatar });
}

async function upload(request: Chat['request'], file: File): Promise<string> {
  const { name: filename, type: content_type, size } = file;
  const form = await request<UploadForm>('POST', '/me/avatar', { filename: filename.slice(-200), content_type, size });
  await postFile(form, file, {}, (...all) => fetch(...all));
  return form.id;
}
