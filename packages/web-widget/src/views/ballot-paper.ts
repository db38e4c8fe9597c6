import { html, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { Formats } from '../figures.ts'
import type { LivePollStrings } from '../strings.ts'
import type { View } from '../view.ts'
import { choiceRow } from './choice-row.ts'
import { foot } from './foot.ts'

/** What the voter does on the paper. */
export interface Acts {
  choose(id: number, on: boolean): void
  cast(): void
  change(): void
  cancel(): void
}

/** The poll in every stage: question, where it stands, the rows, the buttons, a note. */
export function ballotPaper(view: View, note: string, words: LivePollStrings, formats: Formats, acts: Acts): TemplateResult {
  const { poll, figures } = view
  const submit = (event: Event) => {
    event.preventDefault()
    acts.cast()
  }
  return html`
    <form class="poll" part="poll" autocomplete="off" aria-busy=${view.locked} @submit=${submit}>
      <fieldset tabindex="-1" aria-describedby="status">
        <legend class="question" part="question"><span dir="auto">${poll.question}</span></legend>
        <p class="status" part="status" id="status" role="status">${standing(view, words, formats)}</p>
        <ul part="choices" role="list">
          ${repeat(
            poll.choices,
            (choice) => choice.id,
            (choice, index) => choiceRow(choice, figures?.[index], view, words, formats, acts.choose),
          )}
        </ul>
      </fieldset>
      ${foot(view, words, formats, acts.change, acts.cancel)}
      <p class="note" part="note" id="note" role="status">${note}</p>
    </form>
  `
}

function standing({ poll, stage, figures }: View, words: LivePollStrings, formats: Formats): string {
  switch (stage) {
    case 'scheduled':
      return words.scheduled(poll.opensAt && formats.time(poll.opensAt))
    case 'ballot':
      return words.rule(poll.ballot.min, poll.ballot.max, poll.choices.length)
    case 'voted':
      return words.counted
    case 'closed':
      return figures ? words.final : words.closed
  }
}
