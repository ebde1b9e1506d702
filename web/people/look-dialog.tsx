import type { ConversationView } from '@parley/client';
import { createLook } from '@parley/client/look';
import { limits } from '@parley/client/text';
import { useState } from 'preact/hooks';
import { titleOf } from '../state/names.ts';
import { useMessenger } from '../state/session-context.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorMessage } from '../ui/error-message.tsx';
import { steadyAddress } from '../ui/steady-address.ts';
import { useAction } from '../ui/use-action.ts';
import { PictureChoice, useChosenPicture } from '../uploads/picture-choice.tsx';
import { t } from '../words/words.ts';

/** The picture and the description of a group or room. */
export function LookDialog({ view, onClose }: { readonly view: ConversationView; onClose(): void }) {
  const { chat, me } = useMessenger();
  const { busy, error, submit } = useAction();
  const [description, setDescription] = useState(view.description ?? '');
  const picture = useChosenPicture(steadyAddress(view.picture));
  const text = description.trim();
  const isChanged = text !== (view.description ?? '');

  async function save(): Promise<void> {
    const { setPicture, setDescription } = createLook(chat);
    const { chosen } = picture;
    if (chosen !== undefined) await setPicture(view.id, chosen, { filename: chosen?.name.slice(-200) });
    picture.settle();
    if (isChanged) await setDescription(view.id, text === '' ? null : text);
    onClose();
  }

  return (
    <Dialog title={t('Picture and description')} onClose={onClose}>
      <form class="stack" onSubmit={submit(save)}>
        <PictureChoice picture={picture}>
          <span class="person-avatar" data-of="many">
            <Avatar name={titleOf(view, me)} picture={picture.shown} size={5} />
          </span>
        </PictureChoice>
        <label class="label">
          {t('Description')}
          <textarea
            class="field"
            dir="auto"
            rows={4}
            maxLength={limits.descriptionLength}
            value={description}
            onInput={(event) => setDescription(event.currentTarget.value)}
          />
        </label>
        <ErrorMessage text={picture.problem ?? error} />
        <button
          type="submit"
          class="button"
          data-kind="main"
          disabled={busy || (picture.chosen === undefined && !isChanged)}
        >
          {t('Save')}
        </button>
      </form>
    </Dialog>
  );
}
