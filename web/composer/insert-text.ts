/**
 * Replaces a part of a field's text as if the user had typed it, so that Undo takes it back. `execCommand` is the only call that keeps the field's
 * history; every browser has it.
 * @param from default: what is selected is replaced
 */
export function insertText(
  field: HTMLTextAreaElement,
  text: string,
  from = field.selectionStart,
  to = field.selectionEnd,
): void {
  field.focus();
  field.setSelectionRange(from, to);
  document.execCommand('insertText', false, text);
}
