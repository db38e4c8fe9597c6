import { html, type TemplateResult } from 'lit'
import type { LivePollStrings } from '../strings.ts'

/** As high as the poll that will take its place, if `rows` is the number of its choices. */
export function loading(rows: number, note: string, words: LivePollStrings): TemplateResult {
  return html`
    <div class="poll loading" part="poll" aria-busy="true">
      <p class="hidden">${words.loading}</p>
      <div aria-hidden="true">
        <p class="question"><span class="blank">&nbsp;</span></p>
        <p class="status"><span class="blank">&nbsp;</span></p>
        <ul>
          ${Array.from({ length: rows }, () => html`<li class="choice"></li>`)}
        </ul>
        <div class="foot"></div>
      </div>
      <p class="note" part="note" role="status">${note}</p>
    </div>
  `
}
