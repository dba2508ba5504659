/** Finds what the HTML of this page has. */
export function find<Kind extends Element>(
  selector: string,
  kind: abstract new () => Kind,
  within: ParentNode = document,
): Kind {
  const found = within.querySelector(selector)
  if (found instanceof kind) return found
  throw new Error(`Expected the page to have ${selector}`)
}

/** Shows a text, or nothing. */
export function showText(element: HTMLElement, text: string): void {
  // Screen readers would read again what has not changed.
  if (element.textContent !== text) element.textContent = text
  element.hidden = text === ''
}
