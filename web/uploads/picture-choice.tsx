import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../ui/button.tsx';
import { t } from '../words/words.ts';
import { pictureProblem, pictureTypes } from './picture-problem.ts';

export type ChosenPicture = ReturnType<typeof useChosenPicture>;

/**
 * The picture of a person or a group, until the form that changes it is saved.
 * @param current address of the present picture; undefined if there is none
 */
export function useChosenPicture(current: string | undefined) {
  const [chosen, setChosen] = useState<File | null>();
  const [preview, setPreview] = useState<string>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    if (!chosen) return setPreview(undefined);
    const address = URL.createObjectURL(chosen);
    setPreview(address);
    return () => URL.revokeObjectURL(address);
  }, [chosen]);
  return {
    /** null to remove the present picture; undefined to keep it. */
    chosen,
    /** Why the last file that was chosen cannot be the picture. */
    problem,
    /** The address of the picture that the form shows. */
    shown: chosen === undefined ? current : preview,
    choose(file: File | null): void {
      const found = file ? pictureProblem(file) : undefined;
      setProblem(found);
      if (found === undefined) setChosen(file);
    },
    /** The choice was saved. */
    settle: () => setChosen(undefined),
  };
}

/** A picture, and the buttons that choose another one or remove it. */
export function PictureChoice(props: {
  readonly picture: ChosenPicture;
  readonly children: ComponentChildren;
  onChoose?(): void;
}) {
  const { picture } = props;
  const input = useRef<HTMLInputElement>(null);
  function choose(file: File | null): void {
    picture.choose(file);
    props.onChoose?.();
  }
  return (
    <div class="profile-picture">
      {props.children}
      <div>
        <Button onClick={() => input.current?.click()}>
          {picture.shown ? t('Change picture') : t('Choose a picture')}
        </Button>
        {picture.shown && <Button onClick={() => choose(null)}>{t('Remove picture')}</Button>}
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
  );
}
