import type { ConnectionState } from '@parley/client';
import { useMemo } from 'react';
import { useChat } from './chat-provider.ts';
import { useValue } from './use-value.ts';

const connecting: ConnectionState = { status: 'connecting' };

/** How the connection is. On servers and in the first rendering: `connecting`. */
export function useConnection(): ConnectionState {
  const chat = useChat();
  const source = useMemo(() => chat && { subscribe: chat.onState }, [chat]);
  return useValue(source, () => chat?.state ?? connecting, connecting);
}
