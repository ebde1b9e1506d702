/** Why something failed. Screen readers read it as soon as it appears. */
export function ErrorMessage({ text }: { readonly text: string | undefined }) {
  if (!text) return null;
  return (
    <p class="error-message" role="alert">
      {text}
    </p>
  );
}
