import type { Role } from '@parley/client';

/** What one may do in a managed group, by one's role. Source: docs/protocol.md, "Managed groups". */
export function mayManage(own: Role): boolean {
  return own === 'owner' || own === 'admin';
}

/** Removes a member or an admin; nobody removes the owner. */
export function mayRemove(own: Role, other: Role): boolean {
  return mayManage(own) && other !== 'owner';
}

/** Gives roles, and hands the group over. */
export function mayGiveRoles(own: Role): boolean {
  return own === 'owner';
}

/** An owner hands over first, unless nobody else is there. @param members all of them, oneself too */
export function mayLeave(own: Role, members: number): boolean {
  return own !== 'owner' || members <= 1;
}
