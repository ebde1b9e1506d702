import { Icon } from '../ui/icon.tsx';

export function NothingChosen() {
  return (
    <div class="nothing">
      <Icon name="send" />
      <p>Choose a conversation, or begin a new one.</p>
    </div>
  );
}
