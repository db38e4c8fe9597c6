import { repeat } from 'lit/directives/repeat.js'
import { html, type TemplateResult } from 'lit/html.js'
import type { Formats } from '../formats.ts'
import type { LivePollStrings } from '../strings.ts'
import { noteOf, statusOf, type View } from '../view.ts'
import { choiceRow } from './choice-row.ts'
import { foot } from './foot.ts'
import { line } from './line.ts'

/** What the voter does on the paper. */
export interface Acts {
  choose(id: number, isOn: boolean): void
  cast(): void
  change(): void
  cancel(): void
}

/** The poll in every stage: question, where it stands, the rows, the buttons, a note. */
export function ballotPaper(view: View, words: LivePollStrings, formats: Formats, acts: Acts): TemplateResult {
  const { poll, figures } = view
  const submit = (event: Event) => {
    event.preventDefault()
    acts.cast()
  }
  return html`<form part="poll" aria-busy=${view.isLocked} @submit=${submit}>
    <fieldset tabindex="-1" aria-describedby="status">
      <legend class="question" part="question">${line(poll.question)}</legend>
      <p class="status" part="status" id="status" role="status">${line(statusOf(view, words, formats))}</p>
      <ul part="choices" role="list">
        ${repeat(
          poll.choices,
          ({ id }) => id,
          (choice, index) => choiceRow(choice, figures?.[index], view, words, formats, acts.choose),
        )}
      </ul>
    </fieldset>
    ${foot(view, words, formats, acts.change, acts.cancel)}
    <p class="note" part="note" id="note" role="status">${line(noteOf(view, words, formats))}</p>
  </form>`
}
