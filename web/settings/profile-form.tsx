import { useState } from 'preact/hooks';
import { useSession } from '../state/session-context.ts';
import { Avatar } from '../ui/avatar.tsx';
import { ErrorMessage } from '../ui/error-message.tsx';
import { Field } from '../ui/field.tsx';
import { useAction } from '../ui/use-action.ts';
import { PictureChoice, useChosenPicture } from '../uploads/picture-choice.tsx';
import { t } from '../words/words.ts';
import { accountOf } from './account.ts';
import { useDisplayName } from './use-display-name.ts';

/** The display name and picture of the user. */
export function ProfileForm() {
  const { messenger } = useSession();
  const currentName = useDisplayName();
  const currentPicture = messenger.profiles.of(messenger.me)?.avatar ?? undefined;
  /** Undefined until it is edited, so that a name that was changed on another device is shown. */
  const [edited, setName] = useState<string>();
  const name = edited ?? currentName;
  const picture = useChosenPicture(currentPicture);
  const [saved, setSaved] = useState(false);
  const { busy, error, submit } = useAction();

  async function save(): Promise<void> {
    const me = await accountOf(messenger.chat).change({ name: name.trim(), picture: picture.chosen });
    messenger.profiles.put({ ...me, online: true, last_seen: null });
    setName(undefined);
    picture.settle();
    setSaved(true);
  }

  const changed = picture.chosen !== undefined || (name.trim() !== currentName && name.trim() !== '');
  return (
    <form class="stack" onSubmit={submit(save)}>
      <PictureChoice picture={picture} onChoose={() => setSaved(false)}>
        <Avatar name={currentName} picture={picture.shown} size={5} />
      </PictureChoice>
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
      <ErrorMessage text={picture.problem ?? error} />
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
