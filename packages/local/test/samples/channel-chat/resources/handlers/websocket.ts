// One bundle for all functions of the WebSocket API.
export { handler as authorize } from './websocket/authorizer';
export { handler as onConnect } from './websocket/onconnect';
export { handler as onDisconnect } from './websocket/ondisconnect';
export { handler as onMessage } from './websocket/onmessage';
export { handler as broadcastStatus } from './websocket/status-broadcast';
