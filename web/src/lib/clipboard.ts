/**
 * Puts text on the clipboard and answers whether it is there. Over plain http the browser has no clipboard for pages, and it may
 * refuse: then the old way is tried, which needs neither.
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelection(text);
  }
}

function copySelection(text: string): boolean {
  const focused = document.activeElement;
  const box = document.createElement('textarea');
  box.value = text;
  box.readOnly = true;
  box.style.cssText = 'position:fixed;inset:0 auto auto 0;opacity:0';
  // Within an open dialog or menu, which takes the focus back from anything outside of it, or closes.
  (focused?.closest('[role=dialog], [role=menu]') ?? document.body).append(box);
  box.focus({ preventScroll: true });
  box.select();
  try {
    return document.execCommand('copy');
  } catch {
    return false;
  } finally {
    box.remove();
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  }
}
