import { WebSocket } from 'ws';

/** Sockets that the test can cut without a close frame, as a network does. */
export function cuttableSockets(): { WebSocket: new (url: string, protocols: string[]) => WebSocket; cut(): boolean } {
  const open = new Set<WebSocket>();
  return {
    WebSocket: class extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        open.add(this);
        this.on('close', () => open.delete(this));
      }
    },
    cut() {
      const some = open.size > 0;
      for (const socket of open) socket.terminate();
      return some;
    },
  };
}
