import { html, nothing, type TemplateResult } from 'lit/html.js'

/** Text that runs in its own direction, on a page that may run in the other. */
export function line(text: string): TemplateResult | typeof nothing {
  return text ? html`<span dir="auto">${text}</span>` : nothing
}
