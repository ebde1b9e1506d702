import type { CallerIdentity } from './event-v1.ts';

/** What the route's authorizer found out about the caller. */
export type Authorized =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'jwt';
      readonly claims: Readonly<Record<string, string>>;
      readonly scopes: readonly string[] | null;
    }
  | {
      readonly kind: 'lambda';
      /** Undefined: a simple answer. */
      readonly principalId: string | undefined;
      readonly context: Readonly<Record<string, unknown>> | undefined;
    }
  | { readonly kind: 'iam'; readonly caller: CallerIdentity };

export type HttpAuthorization =
  | { readonly kind: 'allowed'; readonly authorized: Authorized }
  /** `challenge` is the `www-authenticate` header. */
  | { readonly kind: 'unauthorized'; readonly challenge?: string }
  | { readonly kind: 'forbidden'; readonly message?: string }
  /** The Lambda authorizer failed. */
  | { readonly kind: 'failed'; readonly message: string };
