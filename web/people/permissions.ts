import type { ConversationView, Role } from '@parley/client';

/** What a role may do in a managed group or a room. Source: docs/protocol.md, "Managed groups" and "Rooms". */
export function canManage(role: Role): boolean {
  return role !== 'member';
}

/** The owner cannot be removed, and a moderator by the owner alone. */
export function canRemove(role: Role, other: Role): boolean {
  return canManage(role) && other !== 'owner' && (other !== 'moderator' || role === 'owner');
}

/** Also: hand the group or room over to a new owner. */
export function canAssignRoles(role: Role): boolean {
  return role === 'owner';
}

/** The owner of a group has to hand it over first, unless they are the only member. @param memberCount including the user */
export function canLeave(kind: ConversationView['kind'], role: Role, memberCount: number): boolean {
  return kind === 'room' || role !== 'owner' || memberCount <= 1;
}
