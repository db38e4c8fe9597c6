import type { Choice } from '@live-poll/client-sdk'
import { html, nothing, type TemplateResult } from 'lit'
import type { Figure, Formats } from '../figures.ts'
import type { LivePollStrings } from '../strings.ts'
import type { View } from '../view.ts'

/** One choice: a control while a vote may be cast, afterwards the mark of one's own vote; the bar and the figure in every stage. */
export function choiceRow(
  choice: Choice,
  figure: Figure | undefined,
  view: View,
  words: LivePollStrings,
  formats: Formats,
  onChoose: (id: number, on: boolean) => void,
): TemplateResult {
  const hasControl = view.stage === 'ballot' || view.stage === 'scheduled'
  const isOwn = !hasControl && view.chosen.has(choice.id)
  const names = `choice${isOwn ? ' own' : ''}${figure?.leading ? ' leading' : ''}`
  return html`
    <li class=${names} part=${names}>
      <span class="bar" part="bar" .style=${barStyle(figure)}></span>
      ${hasControl ? control(choice, view, onChoose) : name(choice, isOwn, view.chosen.size > 0, words)}
      <span class="figure" part="figure" id="figure-${choice.id}">
        ${figure && figureText(figure, words, formats)}
      </span>
    </li>
  `
}

// Set through CSSOM as a property: a `style` attribute, also the one of Lit's styleMap, is refused by a strict CSP.
function barStyle(figure: Figure | undefined): string {
  return `--share:${Math.min(1, figure?.share ?? 0)}`
}

function control(choice: Choice, view: View, onChoose: (id: number, on: boolean) => void): TemplateResult {
  return html`
    <label class="name">
      <input
        type=${view.poll.ballot.max === 1 ? 'radio' : 'checkbox'}
        name="choice"
        .checked=${view.chosen.has(choice.id)}
        ?disabled=${view.stage === 'scheduled'}
        aria-describedby="figure-${choice.id}"
        @click=${(event: Event) => view.locked && event.preventDefault()}
        @change=${(event: Event) => onChoose(choice.id, (event.target as HTMLInputElement).checked)}
      />
      <span dir="auto" part="label">${choice.label}</span>
    </label>
  `
}

function name(choice: Choice, isOwn: boolean, hasMarks: boolean, words: LivePollStrings): TemplateResult {
  return html`
    <span class="name">
      ${hasMarks ? html`<span class="mark" part="mark">${isOwn ? tick(words) : nothing}</span>` : nothing}
      <span dir="auto" part="label">${choice.label}</span>
    </span>
  `
}

function tick(words: LivePollStrings): TemplateResult {
  return html`
    <svg viewBox="0 0 20 20" aria-hidden="true"><path d="m4 10.5 4.2 4.2L16 6" /></svg>
    <span class="hidden">${words.yourVote}</span>
  `
}

function figureText(figure: Figure, words: LivePollStrings, formats: Formats): TemplateResult {
  const count = formats.count(figure.votes)
  return html`
    <span class="count" part="count" aria-hidden="true">${count}</span>
    <span class="share" part="share">${formats.share(figure.share)}</span>
    <span class="hidden">${words.votes(figure.votes, count)}</span>
  `
}
