import { html, type TemplateResult } from 'lit/html.js'
import { line } from './line.ts'

/** Words in place of a poll. */
export function message(text: string): TemplateResult {
  return html`<p class="message" part="message" role="status">${line(text)}</p>`
}
