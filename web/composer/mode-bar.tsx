import type { DraftMode } from '../conversation/draft-mode.ts';
import { Icon } from '../ui/icon.tsx';

/** Says which message one answers or edits. */
export function ModeBar({ mode, onCancel }: { readonly mode: DraftMode; onCancel(): void }) {
  const about = mode.editing ?? mode.replyTo;
  if (!about) return null;
  const files = about.attachments.length > 0 && about.attachments.map(({ filename }) => filename).join(', ');
  return (
    <div class="mode-bar">
      <Icon name={mode.editing ? 'edit' : 'reply'} />
      <p class="mode-text">
        <strong>{mode.editing ? 'Editing your message' : `Replying to ${about.from_user.name}`}</strong>
        <span class="mode-excerpt">{about.message || files || ''}</span>
      </p>
      <button
        type="button"
        class="icon-button"
        aria-label={mode.editing ? 'Cancel editing' : 'Cancel reply'}
        onClick={onCancel}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
