import { filetypemime } from 'magic-bytes.js';
import { unable } from '#protocol/errors';
import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import type { File } from '../store/entry.ts';
import { type Kept, keepIncoming, lookAtIncoming } from '../store/object.ts';
import { getUpload, keepUpload, type Upload } from '../store/upload.ts';
import type { Avatar } from '../store/user.ts';

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
  const claim = { place: conversation.id, username, kept: 'files', toDoWhat: 'send the message' } as const;
  return Promise.all([...new Set(ids)].map((id) => claimUpload(services, claim, id)));
}

/**
 * The upload of a user's picture, looked at in the same way.
 * @throws ChatError `attachment_missing`, `attachment_rejected`
 */
export async function claimAvatar(services: Claimer, username: string, id: string): Promise<Avatar> {
  const claim = { place: username, username, kept: 'avatars', toDoWhat: 'change the picture' } as const;
  const { content_type } = await claimUpload(services, claim, id);
  return { id, content_type };
}

/** Who claims an upload, where it was asked for, and where it goes. */
interface Claim {
  readonly place: string;
  readonly username: string;
  readonly kept: Kept;
  readonly toDoWhat: string;
}

async function claimUpload(services: Claimer, claim: Claim, id: string): Promise<File> {
  const { place, username, kept, toDoWhat } = claim;
  const upload = await getUpload(services, place, id);
  if (upload?.user !== username) {
    throw unable('attachment_missing', toDoWhat, `no upload ${show(id)} of yours was asked for in ${place}`);
  }
  const object = await lookAtIncoming(services, id);
  if (!object) {
    throw unable('attachment_missing', toDoWhat, `nothing was uploaded as ${id}: POST the file with its form first`);
  }
  if (object.size !== upload.size) {
    throw unable('attachment_rejected', toDoWhat, `${id} has ${object.size} bytes, not the announced ${upload.size}`);
  }
  refuseDisguise(upload, object.start, toDoWhat);
  if (!(await keepIncoming(services, kept, id, object.etag))) {
    throw unable('attachment_rejected', toDoWhat, `${id} was replaced while it was looked at: try again`);
  }
  await keepUpload(services, upload);
  return { id, filename: upload.filename, content_type: upload.content_type, size: upload.size };
}

/**
 * What browsers show must be what it says by its first bytes, or a page could come as a picture; and text must be text. Anything else is only
 * ever saved, so nothing hangs on its type.
 */
function refuseDisguise({ id, content_type: announced }: Upload, start: Uint8Array, toDoWhat: string): void {
  const possible = filetypemime(start);
  if (fits(announced, possible, start)) return;
  const found = possible.length > 0 ? possible.slice(0, 3).join(' or ') : 'of no known type';
  throw unable('attachment_rejected', toDoWhat, `${id} was announced as ${announced} but is ${found} by its content`);
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
