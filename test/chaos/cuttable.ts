import { WebSocket } from 'ws';

/**
 * Sockets that the test can cut without a close frame, as a network does.
 * @param onFrame gets the text of each frame that comes
 */
export function cuttableSockets(onFrame: (text: string) => void): {
  WebSocket: new (url: string, protocols: string[]) => WebSocket;
  cut(): boolean;
} {
  const open = new Set<WebSocket>();
  return {
    WebSocket: class extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        open.add(this);
        this.on('close', () => open.delete(this));
        this.on('message', (data) => onFrame(String(data)));
      }
    },
    cut() {
      const some = open.size > 0;
      for (const socket of open) socket.terminate();
      return some;
    },
  };
}
