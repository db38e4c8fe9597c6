import { html, nothing, type TemplateResult } from 'lit/html.js'
import type { LivePollStrings } from '../strings.ts'
import type { View } from '../view.ts'
import { line } from './line.ts'
import type { Setting } from './setting.ts'

/** What the voter may do next, and how many took part. */
export function foot(view: View, { words, formats, acts, remarks }: Setting): TemplateResult {
  const { poll, stage, vote, voters, misfit, isLocked } = view
  const isBallot = stage === 'ballot'
  const isChange = isBallot && vote?.choices && !isLocked
  const mayChange = stage === 'voted' && poll.canChange
  const quiet = (act: 'change' | 'retract' | 'cancel') => quietButton(words[act], act, acts?.[act], isLocked)
  return html`<div class="foot">
    ${isBallot ? voteButton(misfit !== 0, isLocked, words) : nothing}
    ${isChange ? quiet('cancel') : nothing}
    ${mayChange ? [quiet('change'), quiet('retract')] : nothing}
    <p class="turnout" part="turnout">
      ${voters === null ? nothing : line(words.turnout(voters, formats.count(voters)))}
      ${remarks?.besideTurnout(view, words, formats).map(([part, text]) => html`<span part=${part} dir="auto">${text}</span>`)}
    </p>
  </div>`
}

// Never natively disabled: that would drop the focus and leave the reason unsaid. Pressed too early, the note says it.
function voteButton(isBlocked: boolean, isLocked: boolean, words: LivePollStrings): TemplateResult {
  return html`<button
    class="vote ${isLocked ? 'locked' : isBlocked ? 'blocked' : ''}"
    part="button vote-button"
    aria-disabled=${isBlocked || isLocked}
    aria-describedby="status note"
  ><span>${words.vote}</span></button>`
}

function quietButton(text: string, act: string, onPress: (() => void) | undefined, isLocked: boolean): TemplateResult {
  // A second click in a row was meant for the button that stood here before.
  const press = ({ detail }: MouseEvent) => !isLocked && detail < 2 && onPress?.()
  return html`<button
    type="button"
    class="quiet ${isLocked ? 'locked' : ''}"
    part="button ${act}-button"
    aria-disabled=${isLocked}
    @click=${press}
  >${text}</button>`
}
