import type { ComponentProps } from 'preact';
import { Icon, type IconName } from './icon.tsx';

/** A button that does not submit a form. Its look is a class of ui.css. */
export function Button({
  look = 'button',
  kind,
  ...rest
}: Omit<ComponentProps<'button'>, 'type' | 'class'> & {
  readonly look?: 'button' | 'list-button' | 'text-button' | 'link-button' | 'icon-button';
  readonly kind?: 'main' | 'danger' | 'danger-main';
}) {
  return <button type="button" class={look} data-kind={kind} {...rest} />;
}

/** @param props.label is read by screen readers */
export function IconButton({
  icon,
  label,
  ...rest
}: ComponentProps<typeof Button> & { readonly icon: IconName; readonly label: string }) {
  return (
    <Button look="icon-button" aria-label={label} {...rest}>
      <Icon name={icon} />
    </Button>
  );
}
