/**
 * CloudFront function (cloudfront-js-2.0), viewer-request: turns the paths that clients use into those of the two APIs.
 * It is deployed as it stands, so it is plain JavaScript without imports and exports. A pure rewrite: it refuses nothing,
 * because only the authorizer and the handlers know who may do what.
 * A socket's request also gets the host that the viewer used, as `x-parley-host`: so the authorizer recognises the stack's own page.
 *
 *   /ws/                                                → /                       a user socket
 *   /ws/chat/NAME/  /ws/messages/NAME  /ws/NAME/        → /?conversation=NAME
 *   /ws/notification/  /ws/notifications/               → /?notifications=all
 *   /ws/notification/NAME/  /ws/notifications/NAME/     → /?notifications=NAME
 *   /api/PATH/                                          → /PATH
 *
 * Slashes at the end never matter. Every other parameter (`token`) stays as it was.
 *
 * Encoding: CloudFront gives path and query values as they were sent, percent-encoding and all, and API Gateway decodes a
 * query value once. So a NAME is moved as it stands, neither decoded nor encoded, and means in a path exactly what it means
 * in the query: the user name `bob%5fsmith` is written `bob%255fsmith` in both places. Only characters that are plain
 * text in a path and have a meaning in a query (`&`, `=`, `+`, `;`) are encoded, or a name could add parameters.
 *
 * @typedef {{ value: string, multiValue?: { value: string }[] }} Value
 * @typedef {{ method: string, uri: string, querystring: Record<string, Value>, headers: { host: Value } & Record<string, Value> }} Request
 */

/**
 * @param {{ request: Request }} event
 * @returns {Request}
 */
// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls the function of this name
function handler(event) {
  const request = event.request;
  const path = request.uri.replace(/\/+$/, '');
  if (path === '/ws' || path.startsWith('/ws/')) {
    openSocket(request, path.split('/').slice(2));
  } else {
    request.uri = (path === '/api' || path.startsWith('/api/') ? path.slice(4) : path) || '/';
  }
  return request;
}

/**
 * @param {Request} request
 * @param {string[]} parts what follows `/ws/`
 */
function openSocket(request, parts) {
  request.uri = '/';
  request.headers['x-parley-host'] = request.headers.host;
  // Without a name in the path, `?conversation=` and `?notifications=` of the request itself decide.
  if (parts.length === 0) return;
  const first = parts[0];
  const rest = parts.slice(1);
  if (first === 'notification' || first === 'notifications') {
    setScope(request, 'notifications', rest.length === 0 ? ['all'] : rest);
  } else if ((first === 'chat' || first === 'messages') && rest.length > 0) {
    setScope(request, 'conversation', rest);
  } else {
    setScope(request, 'conversation', parts);
  }
}

/**
 * A path names one scope; what the query says about scopes yields to it.
 * @param {Request} request
 * @param {'conversation' | 'notifications'} scope
 * @param {string[]} parts more than one is no name: joined they stay none, and the authorizer refuses them
 */
function setScope(request, scope, parts) {
  delete request.querystring.conversation;
  delete request.querystring.notifications;
  request.querystring[scope] = { value: parts.join('%2F').replace(/[&=+;]/g, encodeURIComponent) };
}
