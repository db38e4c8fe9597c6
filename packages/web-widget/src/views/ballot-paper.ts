import { html, nothing, type TemplateResult } from 'lit/html.js'
import { noteOf, statusOf, type View } from '../view.ts'
import { choiceRow } from './choice-row.ts'
import { foot } from './foot.ts'
import { line } from './line.ts'
import type { Setting } from './setting.ts'

/** The poll in every stage: question, where it stands, the rows, the buttons, a note. */
export function ballotPaper(view: View, setting: Setting): TemplateResult {
  const { poll, figures } = view
  const { words, formats, acts, remarks } = setting
  const isScheduled = poll.state === 'scheduled'
  const time = timer(remarks?.timerOf(view, words, formats))
  // On a phone, why there are no results and when the poll closes are two lines; what follows is not to move later.
  const mayNeedRoom = poll.closesAt && (poll.showResults !== 'always' || poll.minVoters)
  const submit = (event: Event) => {
    event.preventDefault()
    acts?.cast()
  }
  return html`<form part="poll" aria-busy=${view.isLocked} @submit=${submit}>
    <fieldset tabindex="-1" aria-describedby="status">
      <legend class="question" part="question">${line(poll.question)}</legend>
      <p class="status" part="status" id="status"
        ><span role="status">${line(statusOf(view, words, remarks))}</span>${isScheduled ? time : nothing}</p
      >
      <ul part="choices" role="list">
        ${poll.choices.map((choice, index) => choiceRow(choice, figures?.[index], view, setting))}
      </ul>
    </fieldset>
    ${foot(view, setting)}
    <p class="note ${mayNeedRoom ? 'tall' : ''}" part="note" id="note"
      ><span role="status">${line(noteOf(view, words, formats, remarks))}</span>${isScheduled ? nothing : time}</p
    >
  </form>`
}

/** A time that runs. No live region: a screen reader says it when asked. */
function timer(text: string | undefined): TemplateResult | typeof nothing {
  return text ? html`<span class="timer" part="timer" role="timer">${line(text)}</span>` : nothing
}
