import type { Role } from '@parley/client';

/** What a role may do in a managed group. Source: docs/protocol.md, "Managed groups". */
export function canManage(role: Role): boolean {
  return role === 'owner' || role === 'admin';
}

/** Members and admins can be removed, the owner cannot. */
export function canRemove(role: Role, other: Role): boolean {
  return canManage(role) && other !== 'owner';
}

/** Also: hand the group over to a new owner. */
export function canAssignRoles(role: Role): boolean {
  return role === 'owner';
}

/** The owner has to hand the group over first, unless they are the only member. @param memberCount including the user */
export function canLeave(role: Role, memberCount: number): boolean {
  return role !== 'owner' || memberCount <= 1;
}
