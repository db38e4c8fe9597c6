import { html, nothing, type TemplateResult } from 'lit'
import type { Formats } from '../figures.ts'
import type { LivePollStrings } from '../strings.ts'
import type { View } from '../view.ts'

/** What the voter may do next, and how many took part. */
export function foot(
  view: View,
  words: LivePollStrings,
  formats: Formats,
  onChange: () => void,
  onCancel: () => void,
): TemplateResult {
  const canChange = view.stage === 'voted' && view.poll.canChange
  return html`
    <div class="foot">
      ${view.stage === 'ballot' ? voteButton(view, words) : nothing}
      ${view.stage === 'ballot' && view.vote?.choices && !view.locked ? quietButton(words.cancel, 'cancel-button', onCancel) : nothing}
      ${canChange ? quietButton(words.change, 'change-button', onChange) : nothing}
      <p class="turnout" part="turnout">
        ${view.voters === null ? nothing : words.turnout(view.voters, formats.count(view.voters))}
      </p>
    </div>
  `
}

// Never natively disabled: that would drop the focus and leave the reason unsaid. Pressed too early, the note says what is missing.
function voteButton(view: View, words: LivePollStrings): TemplateResult {
  const blocked = view.locked || view.problem !== null
  return html`
    <button class="vote" part="button vote-button" aria-disabled=${blocked ? 'true' : nothing} aria-describedby="status note">
      <span>${words.vote}</span>
    </button>
  `
}

function quietButton(text: string, part: string, onPress: () => void): TemplateResult {
  // A second click in a row was meant for the button that stood here before.
  const press = (event: MouseEvent) => event.detail < 2 && onPress()
  return html`<button type="button" class="quiet" part="button ${part}" @click=${press}>${text}</button>`
}
