/** `@parley/client/look`: the picture and the description of groups and rooms, for those who manage them. Views have both. */
import type { Chat } from './chat.ts';
import { pathOf } from './http.ts';
import type { ConversationView } from './protocol.ts';
import type { UploadOptions } from './uploads.ts';

/** How a group or a room looks. `id` is that of the conversation. */
export interface Look {
  /** @param picture PNG, JPEG, GIF or WebP; null takes it away. @throws ParleyError, such as `AttachmentRejected`; the signal's reason */
  setPicture(id: string, picture: Blob | null, options?: UploadOptions): Promise<ConversationView>;
  /** @param text null takes it away. @throws ParleyError */
  setDescription(id: string, text: string | null): Promise<ConversationView>;
}

/** The looks of the conversations of a chat. It requests nothing before its functions are called. */
export function createLook({ request, upload }: Pick<Chat, 'request' | 'upload'>): Look {
  return {
    async setPicture(id, file, options) {
      const picture = file && (await upload(`${pathOf(id)}/picture`, file, options));
      return request('PATCH', pathOf(id), { picture });
    },
    setDescription: (id, description) => request('PATCH', pathOf(id), { description }),
  };
}
