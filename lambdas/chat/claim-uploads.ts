import { filetypemime } from 'magic-bytes.js';
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
  refuseDisguise(upload, object.start);
  if (!(await keepIncoming(services, id, object.etag))) {
    throw unable('attachment_rejected', 'send the message', `${id} was replaced while it was looked at: send again`);
  }
  await keepUpload(services, upload);
  return { id, filename: upload.filename, content_type: upload.content_type, size: upload.size };
}

/**
 * What browsers show must be what it says by its first bytes, or a page could come as a picture; and text must be text. Anything else is only
 * ever saved, so nothing hangs on its type.
 */
function refuseDisguise({ id, content_type: announced }: Upload, start: Uint8Array): void {
  const possible = filetypemime(start);
  if (fits(announced, possible, start)) return;
  const found = possible.length > 0 ? possible.slice(0, 3).join(' or ') : 'of no known type';
  throw unable(
    'attachment_rejected',
    'send the message',
    `${id} was announced as ${announced} but is ${found} by its content`,
  );
}

function fits(announced: string, possible: readonly string[], start: Uint8Array): boolean {
  const [family] = announced.split('/');
  if (family === 'image' || announced === 'application/pdf') return possible.includes(announced);
  // One container serves sound and film, under many names.
  if (family === 'audio' || family === 'video') return possible.some((type) => /^(audio|video)\//.test(type));
  return family !== 'text' || !start.includes(0);
}

function show(id: string): string {
  return JSON.stringify(id.slice(0, 40));
}
