import { createAccount } from '@parley/client/account';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useSession } from '../state/session-context.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button } from '../ui/button.tsx';
import { ErrorMessage } from '../ui/error-message.tsx';
import { Field } from '../ui/field.tsx';
import { useAction } from '../ui/use-action.ts';
import { pictureProblem, pictureTypes } from '../uploads/picture-problem.ts';
import { t } from '../words/words.ts';
import { useDisplayName } from './use-display-name.ts';

/** The display name and picture of the user. */
export function ProfileForm() {
  const { session, messenger } = useSession();
  const currentName = useDisplayName();
  const currentPicture = messenger.profiles.of(messenger.me)?.avatar ?? undefined;
  const [name, setName] = useState(currentName);
  /** The chosen picture; null to remove the current one; undefined to keep it. */
  const [chosen, setChosen] = useState<File | null>();
  const [preview, setPreview] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const [saved, setSaved] = useState(false);
  const { busy, error, submit } = useAction();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!chosen) return setPreview(undefined);
    const address = URL.createObjectURL(chosen);
    setPreview(address);
    return () => URL.revokeObjectURL(address);
  }, [chosen]);

  function choose(file: File | null): void {
    const found = file ? pictureProblem(file) : undefined;
    setProblem(found);
    setSaved(false);
    if (found === undefined) setChosen(file);
  }

  async function save(): Promise<void> {
    const me = await createAccount(messenger.chat).change({ name: name.trim(), picture: chosen });
    messenger.profiles.put({ ...me, online: true, last_seen: null });
    session.rename(me.name);
    setChosen(undefined);
    setSaved(true);
  }

  const picture = chosen === undefined ? currentPicture : preview;
  const changed = chosen !== undefined || (name.trim() !== currentName && name.trim() !== '');
  return (
    <form class="stack" onSubmit={submit(save)}>
      <div class="profile-picture">
        <Avatar name={currentName} picture={picture} size={5} />
        <div>
          <Button onClick={() => input.current?.click()}>
            {picture ? t('Change picture') : t('Choose a picture')}
          </Button>
          {picture && <Button onClick={() => choose(null)}>{t('Remove picture')}</Button>}
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
      <Field
        label={t('Display name')}
        name="name"
        autocomplete="name"
        maxLength={64}
        value={name}
        onText={(text) => {
          setName(text);
          setSaved(false);
        }}
      />
      <ErrorMessage text={problem ?? error} />
      <div class="profile-save">
        <span class="quiet" role="status">
          {saved && !changed ? t('Saved.') : ''}
        </span>
        <button type="submit" class="button" data-kind="main" disabled={busy || !changed}>
          {t('Save')}
        </button>
      </div>
    </form>
  );
}
