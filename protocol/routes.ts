/**
 * Every route of the two APIs, in one place: the stack creates them and the handlers dispatch on them, so neither can forget one.
 * Source: PROTOCOL sections 3 and 6.
 */

/** WebSocket route keys besides `$connect`, `$disconnect` and `$default`; the route is chosen by `$request.body.type`. */
export const socketRoutes = [
  'create',
  'chat_message',
  'edit',
  'delete',
  'clear',
  'react',
  'typing',
  'read_messages',
  'ping',
] as const;

export type SocketRoute = (typeof socketRoutes)[number];

/** HTTP route key → the file in `lambdas/http/` that answers it. The second group are the paths of the programs that Parley replaces. */
export const httpRoutes = {
  'GET /me': 'me',
  'PATCH /me': 'profile',
  'POST /me/avatar': 'avatar',
  'GET /me/blocks': 'blocks',
  'PUT /me/blocks/{username}': 'block',
  'DELETE /me/blocks/{username}': 'unblock',
  'GET /me/friends': 'friends',
  'PUT /me/friends/{username}': 'befriend',
  'DELETE /me/friends/{username}': 'unfriend',
  'DELETE /me/sessions': 'signOut',
  'GET /push': 'push',
  'PUT /devices/{token}': 'device',
  'DELETE /devices/{token}': 'forget',
  'GET /users': 'users',
  'GET /users/{username}': 'user',
  'GET /conversations': 'conversations',
  'POST /conversations': 'found',
  'GET /conversations/{id}': 'conversation',
  'PATCH /conversations/{id}': 'update',
  'PUT /conversations/{id}/members/{username}': 'invite',
  'DELETE /conversations/{id}/members/{username}': 'dismiss',
  'GET /conversations/{id}/messages': 'history',
  'POST /conversations/{id}/messages': 'create',
  'DELETE /conversations/{id}/messages': 'clear',
  'PATCH /conversations/{id}/messages/{seq}': 'edit',
  'DELETE /conversations/{id}/messages/{seq}': 'delete',
  'PUT /conversations/{id}/messages/{seq}/reactions/{emoji}': 'react',
  'DELETE /conversations/{id}/messages/{seq}/reactions/{emoji}': 'unreact',
  'POST /conversations/{id}/read': 'read',
  'POST /conversations/{id}/attachments': 'attach',
  'GET /conversations/{id}/attachments/{attachment}': 'attachment',

  'GET /conversation/{id}': 'conversation',
  'GET /messages': 'history',
  'POST /filesmessage/{id}': 'attach',
  'GET /chat/{room}/history': 'history',
  'GET /chat/{room}/messages': 'history',
  'POST /chat/{room}/messages': 'create',
  'POST /save-token': 'token',
} as const;

export type HttpRoute = keyof typeof httpRoutes;
export type HttpAction = (typeof httpRoutes)[HttpRoute];
