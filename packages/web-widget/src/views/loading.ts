import { html, type TemplateResult } from 'lit/html.js'
import type { LivePollStrings } from '../strings.ts'
import { line } from './line.ts'

/** As high as the poll that will take its place, if `rows` is the number of its choices. */
export function loading(rows: number, note: string, words: LivePollStrings): TemplateResult {
  return html`
    <div class="loading" part="poll" aria-busy="true">
      <p class="question hidden">${words.loading}</p>
      <p class="question">&nbsp;</p>
      <p class="status"></p>
      <ul aria-hidden="true">
        ${Array.from({ length: rows }, () => html`<li class="choice"></li>`)}
      </ul>
      <div class="foot"></div>
      <p class="note" part="note" role="status">${line(note)}</p>
    </div>
  `
}
