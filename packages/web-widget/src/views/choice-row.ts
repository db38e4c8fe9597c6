import type { Choice } from '@live-poll/client-sdk/voter'
import { html, nothing, render, type TemplateResult } from 'lit/html.js'
import type { Figure } from '../figures.ts'
import type { Formats } from '../formats.ts'
import type { LivePollStrings } from '../strings.ts'
import type { View } from '../view.ts'
import type { Setting } from './setting.ts'

/**
 * One choice: a control while a vote may be cast, afterwards the tick on one's own vote;
 * bar and figure in every stage.
 */
export function choiceRow(
  choice: Choice,
  figure: Figure | undefined,
  { poll, stage, chosen, isLocked }: View,
  { words, formats, acts, rows }: Setting,
): HTMLLIElement {
  const row = rows.get(choice.id) ?? document.createElement('li')
  rows.set(choice.id, row)
  const isChosen = chosen.has(choice.id)
  const hasControl = stage === 'ballot' || stage === 'scheduled'
  const label = html`<span dir="auto" part="label">${choice.label || choice.image?.alt}</span>`
  const control = () => html`<label class="name"
    ><input
      id="choice-${choice.id}"
      type=${poll.ballot.max > 1 ? 'checkbox' : 'radio'}
      name="choice"
      .checked=${isChosen}
      ?disabled=${stage === 'scheduled'}
      aria-describedby="figure-${choice.id}"
      @click=${(event: Event) => isLocked && event.preventDefault()}
      @change=${(event: Event) => acts?.choose(choice.id, (event.target as HTMLInputElement).checked)}
    />${label}</label
  >`
  const name = () => html`<span class="name">${chosen.size > 0 ? tick(isChosen, words) : nothing}${label}</span>`
  const names = `choice${!hasControl && isChosen ? ' own' : ''}${figure?.isLeading ? ' leading' : ''}`
  row.className = names
  row.setAttribute('part', names)
  // The share goes through CSSOM, by a property: a `style` attribute, also Lit's styleMap, is refused by a strict CSP.
  render(
    html`<span class="bar" part="bar" .style=${`--share:${Math.min(1, figure?.share ?? 0)}`}></span>
      ${hasControl ? control() : name()}
      <span class="figure" part="figure" id="figure-${choice.id}">${figure && figureText(figure, words, formats)}</span>`,
    row,
  )
  return row
}

function tick(isOwn: boolean, words: LivePollStrings): TemplateResult {
  const mark = html`<span aria-hidden="true">✓</span><span class="hidden">${words.yourVote}</span>`
  return html`<span class="mark" part="mark">${isOwn ? mark : nothing}</span>`
}

function figureText({ votes, share }: Figure, words: LivePollStrings, formats: Formats): TemplateResult {
  const count = formats.count(votes)
  return html`<span class="count" part="count" aria-hidden="true">${count}</span
    ><span class="share" part="share">${formats.share(share)}</span
    ><span class="hidden">${words.votes(votes, count)}</span>`
}
