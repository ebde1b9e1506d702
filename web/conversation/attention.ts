/** Is the page in front of the user: visible, and with the focus? Only then is what it shows read. */
export function isAttended(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}
