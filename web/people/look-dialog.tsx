import type { ConversationView } from '@parley/client';
import { createLook } from '@parley/client/look';
import { limits } from '@parley/client/text';
import { useEffect, useRef, useState } from 'preact/hooks';
import { titleOf } from '../state/names.ts';
import { useMessenger } from '../state/session-context.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorMessage } from '../ui/error-message.tsx';
import { steadyAddress } from '../ui/steady-address.ts';
import { useAction } from '../ui/use-action.ts';
import { pictureProblem, pictureTypes } from '../uploads/picture-problem.ts';
import { t } from '../words/words.ts';

/** The picture and the description of a group or room. */
export function LookDialog({ view, onClose }: { readonly view: ConversationView; onClose(): void }) {
  const { chat, me } = useMessenger();
  const { busy, error, submit } = useAction();
  const [description, setDescription] = useState(view.description ?? '');
  /** The chosen picture; null to remove the current one; undefined to keep it. */
  const [chosen, setChosen] = useState<File | null>();
  const [preview, setPreview] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!chosen) return setPreview(undefined);
    const address = URL.createObjectURL(chosen);
    setPreview(address);
    return () => URL.revokeObjectURL(address);
  }, [chosen]);
  const picture = chosen === undefined ? steadyAddress(view.picture) : preview;
  const text = description.trim();
  const isChanged = text !== (view.description ?? '');

  function choose(file: File): void {
    const found = pictureProblem(file);
    setProblem(found);
    if (found === undefined) setChosen(file);
  }

  async function save(): Promise<void> {
    const { setPicture, setDescription } = createLook(chat);
    if (chosen !== undefined) await setPicture(view.id, chosen, { filename: chosen?.name.slice(-200) });
    setChosen(undefined);
    if (isChanged) await setDescription(view.id, text === '' ? null : text);
    onClose();
  }

  return (
    <Dialog title={t('Picture and description')} onClose={onClose}>
      <form class="stack" onSubmit={submit(save)}>
        <div class="profile-picture">
          <span class="person-avatar" data-of="many">
            <Avatar name={titleOf(view, me)} picture={picture} size={5} />
          </span>
          <div>
            <Button onClick={() => input.current?.click()}>
              {picture ? t('Change picture') : t('Choose a picture')}
            </Button>
            {picture && <Button onClick={() => setChosen(null)}>{t('Remove picture')}</Button>}
            <input
              ref={input}
              type="file"
              aria-label={t('Picture')}
              accept={pictureTypes.join(',')}
              hidden
              onChange={(event) => {
                const [file] = event.currentTarget.files ?? [];
                event.currentTarget.value = '';
                if (file) choose(file);
              }}
            />
          </div>
        </div>
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
        <ErrorMessage text={problem ?? error} />
        <button type="submit" class="button" data-kind="main" disabled={busy || (chosen === undefined && !isChanged)}>
          {t('Save')}
        </button>
      </form>
    </Dialog>
  );
}
