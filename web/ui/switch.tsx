/** A setting that is on or off. It changes when `checked` does, not at the click: what it asks for may fail. */
export function Switch(props: {
  readonly label: string;
  /** A second line. */
  readonly hint?: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  onChange(): void;
}) {
  const { label, hint, checked, disabled, onChange } = props;
  return (
    <label class="switch">
      <span>
        <strong>{label}</strong>
        {hint !== undefined && (
          <span class="quiet" aria-hidden="true">
            {hint}
          </span>
        )}
      </span>
      <input
        type="checkbox"
        role="switch"
        aria-checked={checked}
        aria-label={label}
        checked={checked}
        disabled={disabled}
        onChange={(event) => {
          event.currentTarget.checked = checked;
          onChange();
        }}
      />
    </label>
  );
}
