import { plainLine } from '../state/mentions.ts';
import { useMessenger } from '../state/session-context.ts';
import { IconButton } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { filesInWords } from '../voice/voice-name.ts';
import { t } from '../words/words.ts';
import type { ShownComposition } from './use-composition.ts';

/** Shows which message the user replies to or edits. */
export function ModeBar(props: {
  readonly composition: ShownComposition;
  nameOf(username: string): string;
  onCancel(): void;
}) {
  const { me } = useMessenger();
  const { seq, target, isEdit } = props.composition;
  if (seq === undefined) return null;
  const files = target && filesInWords(target.attachments);
  return (
    <div class="mode-bar">
      <Icon name={isEdit ? 'edit' : 'reply'} />
      <p class="mode-text">
        <strong>
          {isEdit
            ? t('Editing your message')
            : target?.from_user.username === me
              ? t('Replying to yourself')
              : t('Replying to {name}', { name: target?.from_user.name ?? '…' })}
        </strong>
        <span class="mode-excerpt" dir="auto">
          {(target && plainLine(target, props.nameOf)) || files || '\u00a0'}
        </span>
      </p>
      <IconButton icon="close" label={isEdit ? t('Cancel editing') : t('Cancel reply')} onClick={props.onCancel} />
    </div>
  );
}
