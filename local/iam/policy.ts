import type { Stack } from '../assembly/stack.ts';
import type { Principal } from './access-keys.ts';

export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly message: string };

/** One action on one resource that a role of the template allows; both as written there, wildcards and all. */
export interface Permission {
  readonly roleId: string;
  readonly action: string;
  readonly resource: string;
}

export interface Policies {
  /**
   * May this principal do this? `action` like `dynamodb:PutItem`, `resource` an ARN, `conditions` the request's condition keys.
   * A refusal carries AWS's sentence.
   */
  authorize(
    principal: Principal,
    action: string,
    resource: string,
    conditions?: Record<string, string | string[]>,
  ): Decision;
  /** Takes permissions away until the returned function is called. Absent members match all; `*` and `?` are wildcards. */
  revoke(match: { roleId?: string; action: string; resource?: string }): () => void;
  /** Every allowed action and resource of the template's roles, one row each. */
  permissions(): Permission[];
}

export function createPolicies(_stack: () => Stack): Policies {
  throw new Error('not there yet');
}
