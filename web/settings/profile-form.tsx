import { useEffect, useRef, useState } from 'preact/hooks';
import { useSigned } from '../chat/use-messenger.ts';
import { Avatar } from '../ui/avatar.tsx';
import { useAction } from '../ui/use-action.ts';
import { pictureRefusal, pictureTypes, saveProfile } from './save-profile.ts';
import { useShownName } from './use-shown-name.ts';

/** The name and the picture that others are shown. */
export function ProfileForm() {
  const { session, messenger } = useSigned();
  const shown = useShownName();
  const kept = messenger.profiles.of(messenger.me)?.avatar ?? undefined;
  const [name, setName] = useState(shown);
  /** A chosen picture; null: none any more; undefined: as it is. */
  const [chosen, setChosen] = useState<File | null>();
  const [preview, setPreview] = useState<string>();
  const [wrong, setWrong] = useState<string>();
  const [saved, setSaved] = useState(false);
  const { busy, refusal, act } = useAction();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!chosen) return setPreview(undefined);
    const address = URL.createObjectURL(chosen);
    setPreview(address);
    return () => URL.revokeObjectURL(address);
  }, [chosen]);

  function choose(file: File | null): void {
    const why = file ? pictureRefusal(file) : undefined;
    setWrong(why);
    setSaved(false);
    if (why === undefined) setChosen(file);
  }

  async function save(): Promise<void> {
    const me = await saveProfile(messenger.chat, { name: name.trim(), picture: chosen });
    messenger.profiles.put({ ...me, online: true, last_seen: null });
    session.rename(me.name);
    setChosen(undefined);
    setSaved(true);
  }

  const picture = chosen === undefined ? kept : preview;
  const changed = chosen !== undefined || (name.trim() !== shown && name.trim() !== '');
  return (
    <form
      class="profile stack"
      onSubmit={(event) => {
        event.preventDefault();
        act(save);
      }}
    >
      <div class="profile-picture">
        <Avatar name={shown} picture={picture} size={5} />
        <div>
          <button type="button" class="button" onClick={() => input.current?.click()}>
            {picture ? 'Change picture' : 'Choose a picture'}
          </button>
          {picture && (
            <button type="button" class="button" onClick={() => choose(null)}>
              Remove picture
            </button>
          )}
          <input
            ref={input}
            type="file"
            aria-label="Picture"
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
        Shown name
        <input
          class="field"
          name="name"
          autocomplete="name"
          maxLength={64}
          value={name}
          onInput={(event) => {
            setName(event.currentTarget.value);
            setSaved(false);
          }}
          required
        />
      </label>
      {(wrong ?? refusal) !== undefined && (
        <p class="refusal" role="alert">
          {wrong ?? refusal}
        </p>
      )}
      <div class="profile-save">
        <span class="quiet" role="status">
          {saved && !changed ? 'Saved.' : ''}
        </span>
        <button type="submit" class="button" data-kind="main" disabled={busy || !changed}>
          Save
        </button>
      </div>
    </form>
  );
}
