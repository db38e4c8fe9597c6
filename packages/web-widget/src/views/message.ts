import { html, type TemplateResult } from 'lit'

/** Words in place of a poll. */
export function message(text: string): TemplateResult {
  return html`<p class="message" part="message" role="status">${text}</p>`
}
