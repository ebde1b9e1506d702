import { fileTypeFromBuffer } from 'file-type';
import { unable } from '#protocol/errors';
import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import type { File } from '../store/entry.ts';
import { keepIncoming, lookAtIncoming } from '../store/object.ts';
import { getUpload, keepUpload, type Upload } from '../store/upload.ts';

type Claimer = Pick<Services, 'table' | 'bucket'>;

/**
 * The uploads of a message, looked at before it is stored: they were asked for by this user in this conversation, they are there, as large
 * as announced, and of the announced type by their first bytes. Claiming one again, for a retry of the same send, is harmless.
 * @throws ChatError `attachment_missing`, `attachment_rejected`
 */
export async function claimUploads(
  services: Claimer,
  conversation: Conversation,
  username: string,
  ids: readonly string[],
): Promise<File[]> {
  return Promise.all([...new Set(ids)].map((id) => claimUpload(services, conversation.id, username, id)));
}

async function claimUpload(services: Claimer, conversation: string, username: string, id: string): Promise<File> {
  const upload = await getUpload(services, conversation, id);
  if (upload?.user !== username) {
    throw unable(
      'attachment_missing',
      'send the message',
      `no upload ${show(id)} of yours was asked for in ${conversation}`,
    );
  }
  const object = await lookAtIncoming(services, id);
  if (!object) {
    throw unable(
      'attachment_missing',
      'send the message',
      `nothing was uploaded as ${id}: POST the file with its form first`,
    );
  }
  if (object.size !== upload.size) {
    throw unable(
      'attachment_rejected',
      'send the message',
      `${id} has ${object.size} bytes, not the announced ${upload.size}`,
    );
  }
  await refuseDisguise(upload, object.start);
  if (!(await keepIncoming(services, id, object.etag))) {
    throw unable('attachment_rejected', 'send the message', `${id} was replaced while it was looked at: send again`);
  }
  await keepUpload(services, upload);
  return { id, filename: upload.filename, content_type: upload.content_type, size: upload.size };
}

/**
 * Types that can be told from their first bytes must be what they say: a page sent as a picture is refused, and so is a picture sent as
 * text. What has no signature (text, CSV, JSON) may only come under a type that has none either.
 */
async function refuseDisguise(upload: Upload, start: Uint8Array): Promise<void> {
  const sniffed = (await fileTypeFromBuffer(start))?.mime;
  const announced = upload.content_type;
  const signed = /^(image|audio|video)\//.test(announced) || announced === 'application/pdf';
  const fits = sniffed ? sameFamily(sniffed, announced) : !signed || announced === 'image/svg+xml';
  if (fits) return;
  throw unable(
    'attachment_rejected',
    'send the message',
    `${upload.id} is ${sniffed ?? 'no file'} of type ${announced} by its content`,
  );
}

function sameFamily(sniffed: string, announced: string): boolean {
  if (sniffed === announced || announced === 'application/octet-stream') return true;
  const [family] = announced.split('/');
  // Containers carry other names too (a .docx is a zip, an .m4a is an mp4): the family has to fit, and pictures exactly.
  return family === 'application'
    ? sniffed.startsWith('application/')
    : family !== 'image' && sniffed.startsWith(`${family}/`);
}

function show(id: string): string {
  return JSON.stringify(id.slice(0, 40));
}
