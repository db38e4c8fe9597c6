import { repeat } from 'lit/directives/repeat.js'
import { html, nothing, type TemplateResult } from 'lit/html.js'
import type { Formats } from '../formats.ts'
import type { LivePollStrings } from '../strings.ts'
import { noteOf, statusOf, timerOf, type View } from '../view.ts'
import type { Acts } from './acts.ts'
import { choiceRow } from './choice-row.ts'
import { foot } from './foot.ts'
import { line } from './line.ts'
import { timer } from './timer.ts'

/**
 * The poll in every stage: question, where it stands, the rows, the buttons, a note.
 *
 * @param acts null where nobody votes: the results alone
 */
export function ballotPaper(view: View, words: LivePollStrings, formats: Formats, acts: Acts | null): TemplateResult {
  const { poll, figures } = view
  const time = timer(timerOf(view, words, formats))
  const isScheduled = poll.state === 'scheduled'
  const submit = (event: Event) => {
    event.preventDefault()
    acts?.cast()
  }
  return html`<form part="poll" aria-busy=${view.isLocked} @submit=${submit}>
    <fieldset tabindex="-1" aria-describedby="status">
      <legend class="question" part="question">${line(poll.question)}</legend>
      <p class="status" part="status" id="status"><span role="status">${line(statusOf(view, words))}</span>${isScheduled ? time : nothing}</p>
      <ul part="choices" role="list">
        ${repeat(
          poll.choices,
          ({ id }) => id,
          (choice, index) => choiceRow(choice, figures?.[index], view, words, formats, acts),
        )}
      </ul>
    </fieldset>
    ${foot(view, words, formats, acts)}
    <p class="note" part="note" id="note"><span role="status">${line(noteOf(view, words, formats))}</span>${isScheduled ? nothing : time}</p>
  </form>`
}
