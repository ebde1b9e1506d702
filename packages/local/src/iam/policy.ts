import type { Stack } from '../assembly/stack.ts';
import type { Principal } from './access-keys.ts';
import { type Role, resourceStatements, rolesOf } from './attached.ts';
import { UnknownOperator } from './conditions.ts';
import { globMatches } from './glob.ts';
import { applies, type Statement } from './statement.ts';

export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly message: string };

/** One action on one resource that a role of the template allows; both as written there, wildcards and all. */
export interface Permission {
  readonly roleId: string;
  readonly action: string;
  readonly resource: string;
}

/** The permissions of the template. */
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
  /**
   * Takes permissions away until the returned function is called. `resource` as the template has it, absent: all; `roleId` absent: all;
   * `action` may have wildcards.
   */
  revoke(match: { roleId?: string; action: string; resource?: string }): () => void;
  /** Every allowed action and resource of the template's roles, one row each. */
  permissions(): Permission[];
}

/**
 * Evaluates the policies of the template in IAM's order: an explicit Deny anywhere wins, then an Allow of the role or of the
 * resource's policy, else no. Root may do what no resource policy denies.
 * Own code, since the published simulators bring the whole catalogue of AWS actions (megabytes), and what is needed fits a few screens.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 * @param stackNow asked each time, because a reload brings another stack
 */
export function createPolicies(stackNow: () => Stack): Policies {
  const revoked = new Set<{ roleId?: string; action: string; resource?: string }>();
  let known: { stack: Stack; roles: Map<string, Role>; onResources: Statement[] } | undefined;

  const rules = () => {
    const stack = stackNow();
    if (known?.stack !== stack) known = { stack, roles: rolesOf(stack), onResources: resourceStatements(stack) };
    return known;
  };

  const allows = (role: Role, action: string, resource: string, values: Record<string, string | string[]>) =>
    role.statements
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap((statement) =>
        [...revoked].reduce((left, taken) => left.flatMap((one) => without(one, role.id, taken, action)), [statement]),
      )
      .some((statement) => applies(statement, action, resource, values));

  return {
    authorize(principal, action, resource, conditions = {}) {
      const { stack, roles, onResources } = rules();
      const role = principal.kind === 'role' ? roles.get(principal.roleId) : undefined;
      const arn = role?.arn ?? principal.arn;
      const values = {
        // The local port speaks plain HTTP, on loopback only; "TLS only" statements are for the deployed stack.
        'aws:SecureTransport': 'true',
        'aws:PrincipalArn': arn,
        'aws:PrincipalAccount': stack.account,
        'aws:RequestedRegion': stack.region,
        ...(principal.kind === 'service' && { 'aws:SourceArn': principal.arn, 'aws:SourceAccount': stack.account }),
        ...conditions,
      };
      const refuse = (reason: string): Decision => ({
        allowed: false,
        message: `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`,
      });
      try {
        const fits = (statement: Statement) => applies(statement, action, resource, values);
        const concerned = onResources.filter((statement) => names(statement, arn, stack.account) && fits(statement));
        if (concerned.some(({ Effect }) => Effect === 'Deny')) {
          return refuse('with an explicit deny in a resource-based policy');
        }
        if (principal.kind === 'root') return { allowed: true };
        if (principal.kind === 'service') {
          const invited = ({ Effect, Principal }: Statement) =>
            Effect === 'Allow' && Principal?.Service?.includes(principal.service);
          const own = onResources.some((statement) => invited(statement) && fits(statement));
          return own
            ? { allowed: true }
            : refuse(`because no resource-based policy allows ${principal.service} the action`);
        }
        if (role?.statements.some((statement) => statement.Effect === 'Deny' && fits(statement))) {
          return refuse('with an explicit deny in an identity-based policy');
        }
        if (role && allows(role, action, resource, values)) return { allowed: true };
        // Within one account a resource's policy is enough, where it names the role itself.
        if (concerned.some(({ Effect, Principal }) => Effect === 'Allow' && Principal?.AWS?.includes(arn)))
          return { allowed: true };
        const unknown = role?.unknownPolicies.length ? ` (not known locally: ${role.unknownPolicies.join(', ')})` : '';
        return refuse(`because no identity-based policy allows the ${action} action${unknown}`);
      } catch (error) {
        if (!(error instanceof UnknownOperator)) throw error;
        return refuse(`because the local runtime does not know the condition operator ${error.message}`);
      }
    },

    revoke(match) {
      // A copy, so that the same permission taken away twice comes back only after both.
      const taken = { ...match };
      revoked.add(taken);
      return () => void revoked.delete(taken);
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
}

/**
 * What is left of an Allow statement when one permission is taken from it: the other actions on all its resources, and that action on the
 * other resources. The action may be named as the template has it, or as the request has it where the template has a wildcard.
 */
function without(
  statement: Statement,
  roleId: string,
  taken: { roleId?: string; action: string; resource?: string },
  asked: string,
): Statement[] {
  if (!statement.Action || (taken.roleId !== undefined && taken.roleId !== roleId)) return [statement];
  const pattern = taken.action.toLowerCase();
  const gone = (action: string) =>
    globMatches(pattern, action.toLowerCase()) || globMatches(pattern, asked.toLowerCase());
  const actions = statement.Action;
  const resources = statement.Resource ?? [];
  return [
    { ...statement, Action: actions.filter((action) => !gone(action)) },
    {
      ...statement,
      Action: actions.filter(gone),
      Resource: resources.filter((resource) => taken.resource !== undefined && taken.resource !== resource),
    },
  ];
}

/** Is a resource policy's statement about this principal? The account's root stands for everybody in the account. */
function names({ Principal, NotPrincipal }: Statement, arn: string, account: string): boolean {
  const among = (listed: Record<string, string[]>) =>
    (listed.AWS ?? []).some((entry) => ['*', arn, account, `arn:aws:iam::${account}:root`].includes(entry));
  return Principal ? among(Principal) : NotPrincipal !== undefined && !among(NotPrincipal);
}
