import type { Stack } from '#assembly/stack';
import type { Principal as AnyPrincipal } from './access-keys.ts';
import { UnknownOperator } from './conditions.ts';
import { globMatches } from './glob.ts';
import type { Refusals } from './refusals.ts';
import { type Role, resourceStatements, rolesOf } from './role-policies.ts';
import { applies, type Statement } from './statement.ts';

export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly message: string };

/** One action on one resource that a role allows. Both are as in the template, including wildcards. */
export interface Permission {
  readonly roleId: string;
  readonly action: string;
  readonly resource: string;
}

/** The permissions of the template. */
export interface Policies {
  /**
   * Decides whether the principal may perform the action. A refusal has AWS's message.
   * @param action like `dynamodb:PutItem`
   * @param resource an ARN
   * @param conditions the request's condition keys
   */
  authorize(
    principal: AnyPrincipal,
    action: string,
    resource: string,
    conditions?: Record<string, string | string[]>,
  ): Decision;
  /**
   * Removes permissions until the returned function is called. `action` may have wildcards. `resource` is as in the template. Without
   * `roleId` or `resource`, all match.
   */
  revoke(match: { roleId?: string; action: string; resource?: string }): () => void;
  /** All allowed pairs of action and resource of the template's roles. */
  permissions(): Permission[];
}

/**
 * Evaluates the template's policies in IAM's order: an explicit Deny wins, then an Allow of the role or of the resource's policy, else the
 * action is denied. Root may do everything that no resource policy denies.
 * This is our own code, because published simulators contain the catalogue of all AWS actions (megabytes).
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 * @param currentStack called for each decision, because a reload replaces the stack
 * @param refusals gets every refusal
 */
export function createPolicies(currentStack: () => Stack, refusals?: Pick<Refusals, 'add'>): Policies {
  const revoked = new Set<{ roleId?: string; action: string; resource?: string }>();
  let cached: { stack: Stack; roles: Map<string, Role>; onResources: Statement[] } | undefined;

  const rules = () => {
    const stack = currentStack();
    if (cached?.stack !== stack) cached = { stack, roles: rolesOf(stack), onResources: resourceStatements(stack) };
    return cached;
  };

  /** Decisions on requests without conditions of their own. They change when the stack or a revocation does. */
  let decided = new Map<string, Decision>();
  let decidedFor: Stack | undefined;

  const allows = (role: Role, action: string, resource: string, values: Record<string, string | string[]>) =>
    role.statements
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap((statement) =>
        [...revoked].reduce(
          (left, revocation) => left.flatMap((one) => withoutPermission(one, role.id, revocation, action)),
          [statement],
        ),
      )
      .some((statement) => applies(statement, action, resource, values));

  return {
    authorize(principal, action, resource, conditions) {
      const note = (decision: Decision): Decision => {
        if (!decision.allowed) refusals?.add(principal, action, resource, decision.message);
        return decision;
      };
      if (conditions) return note(decide(principal, action, resource, conditions));
      const stack = currentStack();
      if (decidedFor !== stack || decided.size >= maxDecided) decided = new Map();
      decidedFor = stack;
      const key = `${nameOf(principal)} ${action} ${resource}`;
      const known = decided.get(key);
      if (known) return note(known);
      const decision = decide(principal, action, resource, {});
      decided.set(key, decision);
      return note(decision);
    },

    revoke(match) {
      // A copy, so that after two equal revocations the permission only returns when both are undone.
      const revocation = { ...match };
      revoked.add(revocation);
      decided.clear();
      return () => {
        revoked.delete(revocation);
        decided.clear();
      };
    },

    permissions() {
      const rows = [...rules().roles.values()].flatMap(({ id: roleId, statements }) =>
        statements
          .filter(({ Effect }) => Effect === 'Allow')
          .flatMap(({ Action = [], Resource = [] }) =>
            Action.flatMap((action) => Resource.map((resource) => ({ roleId, action, resource }))),
          ),
      );
      return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
    },
  };

  function decide(
    principal: AnyPrincipal,
    action: string,
    resource: string,
    conditions: Record<string, string | string[]>,
  ): Decision {
    const { stack, roles, onResources } = rules();
    const role = principal.kind === 'role' ? roles.get(principal.roleId) : undefined;
    const arn = role?.arn ?? principal.arn;
    const values = {
      // The local port is plain HTTP on loopback. Statements that require TLS are for the deployed stack.
      'aws:SecureTransport': 'true',
      'aws:PrincipalArn': arn,
      'aws:PrincipalAccount': stack.account,
      'aws:RequestedRegion': stack.region,
      ...(principal.kind === 'service' && { 'aws:SourceArn': principal.arn, 'aws:SourceAccount': stack.account }),
      ...conditions,
    };
    const deny = (reason: string): Decision => ({
      allowed: false,
      message: `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`,
    });
    try {
      const matches = (statement: Statement) => applies(statement, action, resource, values);
      const resourceRules = onResources.filter(
        (statement) => namesPrincipal(statement, arn, stack.account) && matches(statement),
      );
      if (resourceRules.some(({ Effect }) => Effect === 'Deny')) {
        return deny('with an explicit deny in a resource-based policy');
      }
      if (principal.kind === 'root') return { allowed: true };
      if (principal.kind !== 'role') {
        const allowed = onResources.some(
          (statement) => statement.Effect === 'Allow' && invites(statement, principal) && matches(statement),
        );
        const name = principal.kind === 'service' ? principal.service : principal.arn;
        return allowed ? { allowed: true } : deny(`because no resource-based policy allows ${name} the action`);
      }
      if (role?.statements.some((statement) => statement.Effect === 'Deny' && matches(statement))) {
        return deny('with an explicit deny in an identity-based policy');
      }
      if (role && allows(role, action, resource, values)) return { allowed: true };
      // Within one account, a resource policy that names the role is enough.
      if (resourceRules.some(({ Effect, Principal }) => Effect === 'Allow' && Principal?.AWS?.includes(arn)))
        return { allowed: true };
      const unknown = role ? role.unknownPolicies : [principal.roleId];
      const hint = unknown.length > 0 ? ` (not known locally: ${unknown.join(', ')})` : '';
      return deny(`because no identity-based policy allows the ${action} action${hint}`);
    } catch (error) {
      if (!(error instanceof UnknownOperator)) throw error;
      return deny(`because the local runtime does not know the condition operator ${error.message}`);
    }
  }
}

/** Whether a resource policy's statement names a principal that only resource policies can allow. */
function invites({ Principal = {} }: Statement, principal: Extract<AnyPrincipal, { kind: 'service' | 'identity' }>) {
  if (principal.kind === 'service') return Principal.Service?.includes(principal.service) === true;
  const { CanonicalUser = [], AWS = [] } = Principal;
  return CanonicalUser.includes(principal.canonicalUser) || AWS.includes(principal.arn);
}

/** Decisions that are kept. */
const maxDecided = 10_000;

function nameOf(principal: AnyPrincipal): string {
  if (principal.kind === 'role') return `${principal.arn} ${principal.roleId}`;
  return principal.kind === 'service' ? `${principal.arn} ${principal.service}` : principal.arn;
}

/**
 * The rest of an Allow statement after a revocation: the other actions on all its resources, and the revoked action on the other resources.
 * The revocation matches the action of the template, or the action of the request.
 */
function withoutPermission(
  statement: Statement,
  roleId: string,
  revocation: { roleId?: string; action: string; resource?: string },
  requested: string,
): Statement[] {
  if (!statement.Action || (revocation.roleId !== undefined && revocation.roleId !== roleId)) return [statement];
  const pattern = revocation.action.toLowerCase();
  const isRevoked = (action: string) =>
    globMatches(pattern, action.toLowerCase()) || globMatches(pattern, requested.toLowerCase());
  const actions = statement.Action;
  const resources = statement.Resource ?? [];
  return [
    { ...statement, Action: actions.filter((action) => !isRevoked(action)) },
    {
      ...statement,
      Action: actions.filter(isRevoked),
      Resource: resources.filter((resource) => revocation.resource !== undefined && revocation.resource !== resource),
    },
  ];
}

/** Whether a resource policy's statement is about this principal. The account's root means everybody in the account. */
function namesPrincipal({ Principal, NotPrincipal }: Statement, arn: string, account: string): boolean {
  const among = (listed: Record<string, string[]>) =>
    (listed.AWS ?? []).some((entry) => ['*', arn, account, `arn:aws:iam::${account}:root`].includes(entry));
  return Principal ? among(Principal) : NotPrincipal !== undefined && !among(NotPrincipal);
}
