import type { Message } from '@parley/client';
import { useEffect, useRef, useState } from 'preact/hooks';
import { IconButton } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { useLayer } from '../ui/layers.ts';
import { isRightToLeft, t } from '../words/words.ts';
import { useDrag } from './use-drag.ts';

/**
 * Shows the pictures of a message, one at a time, as large as the page. Left and Right lead to the others, as a drag sideways does; Escape and a drag
 * down close it.
 */
export function Lightbox(props: {
  readonly pictures: Message['attachments'];
  /** Id of the picture to show first. */
  readonly first: string;
  onStale(event: Event): void;
  onClose(): void;
}) {
  const { pictures } = props;
  const element = useRef<HTMLDialogElement>(null);
  const [index, setIndex] = useState(() =>
    Math.max(
      0,
      pictures.findIndex(({ id }) => id === props.first),
    ),
  );
  useEffect(() => element.current?.showModal(), []);
  useLayer(() => element.current?.close());
  const step = (by: number) => setIndex((index + by + pictures.length) % pictures.length);
  const hasOthers = pictures.length > 1;
  const drag = useDrag({
    onDown: () => element.current?.close(),
    onSideways: (right) => hasOthers && step(right === isRightToLeft() ? 1 : -1),
  });
  const picture = pictures[index];
  if (!picture) return null;
  return (
    <dialog
      class="lightbox"
      ref={element}
      aria-label={picture.filename}
      onClose={props.onClose}
      onClick={({ target, currentTarget }) => target === currentTarget && currentTarget.close()}
      onKeyDown={({ key }) => {
        if (hasOthers && key === 'ArrowRight') step(isRightToLeft() ? -1 : 1);
        if (hasOthers && key === 'ArrowLeft') step(isRightToLeft() ? 1 : -1);
      }}
    >
      <header class="lightbox-head">
        <p class="lightbox-name">
          <bdi>{picture.filename}</bdi>
          {hasOthers && ` ${t('({n} of {all})', { n: index + 1, all: pictures.length })}`}
        </p>
        <a
          class="icon-button"
          href={picture.url}
          download={picture.filename}
          target="_blank"
          rel="noopener noreferrer"
          aria-label={t('Download')}
        >
          <Icon name="download" />
        </a>
        <IconButton icon="close" label={t('Close')} onClick={() => element.current?.close()} />
      </header>
      <img
        key={picture.url}
        class="lightbox-picture"
        src={picture.url}
        alt={t('Photo')}
        draggable={false}
        onError={props.onStale}
        {...drag}
      />
      {hasOthers && (
        <p class="lightbox-steps">
          <IconButton icon="back" label={t('Previous picture')} onClick={() => step(-1)} />
          <IconButton icon="back" label={t('Next picture')} data-turned onClick={() => step(1)} />
        </p>
      )}
    </dialog>
  );
}
