import { html, nothing, type TemplateResult } from 'lit/html.js'

/** A time that runs. No live region: a screen reader says it when asked. */
export function timer(text: string): TemplateResult | typeof nothing {
  return text ? html`<span class="timer" part="timer" role="timer" dir="auto">${text}</span>` : nothing
}
