/** Where somebody is who is not signed in yet. */
export type Step =
  | { readonly at: 'sign in'; readonly username?: string }
  | { readonly at: 'sign up' }
  /** `sentTo`: where the code was sent; absent where none was asked for now. */
  | { readonly at: 'confirm'; readonly username: string; readonly password: string; readonly sentTo?: string }
  | { readonly at: 'forgotten'; readonly username?: string };
