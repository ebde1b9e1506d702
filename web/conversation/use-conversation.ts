import { useEffect, useState } from 'preact/hooks';
import type { Conversation } from '../../client/index.ts';
import { useMessenger } from '../chat/use-messenger.ts';

export type Opened =
  | { readonly is: 'opening' }
  | { readonly is: 'open'; readonly conversation: Conversation }
  | { readonly is: 'refused'; readonly error: Error };

/** Opens a conversation, and renders again whenever something in it changes. */
export function useConversation(name: string): Opened {
  const { chat } = useMessenger();
  const [opened, setOpened] = useState<{ readonly name: string; readonly now: Opened }>();
  const [, setVersion] = useState(0);
  useEffect(() => {
    let wanted = true;
    let stop = () => {};
    const show = (now: Opened) => wanted && setOpened({ name, now });
    chat.open(name).then(
      (conversation) => {
        if (!wanted) return;
        stop = conversation.listen(() => setVersion((version) => version + 1));
        show({ is: 'open', conversation });
      },
      (error: Error) => show({ is: 'refused', error }),
    );
    return () => {
      wanted = false;
      stop();
    };
  }, [chat, name]);
  return opened?.name === name ? opened.now : { is: 'opening' };
}
