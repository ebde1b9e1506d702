import type { ComposerMode } from '../state/composer-mode.ts';
import { plainWords } from '../text/plain-words.ts';
import { IconButton } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { t } from '../words/words.ts';

/** Shows which message the user replies to or edits. */
export function ModeBar({ mode, onCancel }: { readonly mode: ComposerMode; onCancel(): void }) {
  const target = mode.editing ?? mode.replyTo;
  if (!target) return null;
  const files = target.attachments.length > 0 && target.attachments.map(({ filename }) => filename).join(', ');
  return (
    <div class="mode-bar">
      <Icon name={mode.editing ? 'edit' : 'reply'} />
      <p class="mode-text">
        <strong>
          {mode.editing ? t('Editing your message') : t('Replying to {name}', { name: target.from_user.name })}
        </strong>
        <span class="mode-excerpt" dir="auto">
          {plainWords(target.message.slice(0, 400)) || files || ''}
        </span>
      </p>
      <IconButton icon="close" label={mode.editing ? t('Cancel editing') : t('Cancel reply')} onClick={onCancel} />
    </div>
  );
}
