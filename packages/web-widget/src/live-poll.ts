import { type Poll, PollError, type WatchedPoll } from '@live-poll/client-sdk/voter'
import { ballotOf, choose, keepChosen } from './ballot.ts'
import { emit } from './events.ts'
import type { SolveCaptcha } from './poll-controller.ts'
import { PollElement } from './poll-element.ts'
import { type Draft, type Surroundings, untouched, type View, viewOf } from './view.ts'
import type { Acts } from './views/setting.ts'

/**
 * A live poll: vote, change the vote or take it back, watch the bars move.
 *
 * @fires live-poll-vote - The vote is committed. `{ pollId, choices, revision }`; no choices: it was taken back
 * @fires live-poll-results - Newer figures are shown. `{ pollId, results }`
 * @fires live-poll-error - A vote was refused, or the poll cannot be shown. `{ pollId, code, message }`
 *
 * @csspart poll - Everything but the footer.
 * @csspart question - The question.
 * @csspart status - The line under it: what to choose, or where the poll stands.
 * @csspart timer - When the poll opens, in the status, or closes, in the note.
 * @csspart choices - The list of rows.
 * @csspart choice - A row; also `own` with one's vote in it, and `leading`.
 * @csspart bar - The fill behind a row, as wide as its share.
 * @csspart picture - The place of a picture, of the question or of a choice; in it `image`.
 * @csspart label - The text of a choice.
 * @csspart mark - The place of the tick on one's own vote.
 * @csspart figure - What stands at the end of a row.
 * @csspart count - The votes in it.
 * @csspart share - The percentage in it.
 * @csspart button - Each button; also `vote-button`, `change-button`, `retract-button`, `cancel-button`.
 * @csspart turnout - How many took part.
 * @csspart watching - How many watch, in the turnout.
 * @csspart note - The line for what went wrong, changed or is awaited.
 * @csspart invitation - The form for the code of an invitation; in it `invitation-input` and `invitation-button`.
 * @csspart voided - How many votes were taken out, in the turnout.
 * @csspart message - The words in place of a poll that cannot be shown.
 *
 * @cssproperty --live-poll-accent - The one colour. By default a blue that leans towards the text's colour.
 * @cssproperty --live-poll-picture - Width to height of pictures, whatever their own. 4 / 3 by default.
 * @cssproperty --live-poll-radius - Corners of rows and buttons. 10px by default.
 *
 * @slot footer - Your own words under the poll.
 */
export class LivePoll extends PollElement {
  /** Has the visitor solve a captcha, and resolves to its answer: for polls that need one. */
  declare captcha?: SolveCaptcha
  #draft = untouched
  #focused: string | null = null

  protected override viewOf(poll: Poll, watched: WatchedPoll, surroundings: Surroundings): View {
    return viewOf(poll, watched, this.#draft, surroundings)
  }

  protected override onAnother(): void {
    this.#draft = untouched
  }

  protected override onNews({ poll }: WatchedPoll, { poll: before }: WatchedPoll): void {
    if (!poll || !before || poll.id !== before.id) return
    const isReset = poll.epoch !== before.epoch
    if (!isReset && poll.edition === before.edition) return
    const { chosen } = this.#draft
    const kept = chosen && keepChosen(poll, chosen)
    if (isReset) this.#draft = { ...untouched, chosen: kept, notice: 'reset' }
    else if (kept) this.#draft = { ...this.#draft, chosen: kept, notice: 'edited' }
  }

  protected override willUpdate(): void {
    super.willUpdate()
    this.#focused = this.renderRoot.activeElement?.id ?? null
  }

  protected override updated(): void {
    super.updated()
    const { watched } = this.live
    const asksForCode =
      watched?.poll?.voters.includes('invitation') || (!watched?.poll && /[?#&]invitation=/.test(this.baseURI))
    if (asksForCode) {
      import('./invitation-form.ts')
        .then(({ attend }) => {
          if (attend(this, this.live.watched, this.#draft.refusal, this.acts.change)) this.requestUpdate()
        })
        .catch(() => {})
    }
    if (this.#focused !== null && this.renderRoot.activeElement?.id !== this.#focused) this.#restoreFocus(this.#focused)
  }

  protected override readonly acts: Acts = {
    choose: (id, isOn) => {
      const view = this.view
      if (view) this.#edit({ ...untouched, chosen: choose(view.poll, view.chosen, id, isOn) })
    },
    change: () => this.#edit({ ...untouched, chosen: this.view?.chosen ?? null }),
    cancel: () => this.#edit(untouched),
    cast: () => {
      const view = this.view
      if (view?.stage !== 'ballot' || view.isLocked) return
      if (view.misfit !== 0) this.#edit({ ...this.#draft, wasTried: true, notice: null })
      else void this.#send(view.poll, ballotOf(view.poll, view.chosen))
    },
    retract: () => {
      const view = this.view
      if (view?.stage === 'voted' && !view.isLocked) void this.#send(view.poll, null)
    },
  }

  override refresh(): void {
    this.#edit({ ...this.#draft, refusal: null })
    super.refresh()
  }

  #edit(draft: Draft): void {
    this.#draft = draft
    this.requestUpdate()
  }

  async #send({ id: pollId }: Poll, choices: readonly number[] | null): Promise<void> {
    this.#edit({ ...untouched, chosen: this.#draft.chosen })
    let draft: Draft = { ...untouched, notice: choices ? null : 'retracted' }
    try {
      const { revision } = await this.live.vote(choices, this.captcha)
      emit(this, 'live-poll-vote', { pollId, choices: choices ?? [], revision })
    } catch (error) {
      const refusal = error instanceof PollError ? error : new PollError('INTERNAL')
      const { code, message } = refusal
      // A reset has a word of its own.
      draft = { ...this.#draft, ...(code === 'EPOCH_CHANGED' ? { notice: 'reset' } : { refusal }) }
      emit(this, 'live-poll-error', { pollId, code, message })
    }
    if (this.poll === pollId) this.#edit(draft)
  }

  /** A focused control moved or gave way: the focus goes after it, or to what took its place, not to the page's start. */
  #restoreFocus(id: string): void {
    const root = this.renderRoot
    const target =
      (id && root.getElementById(id)) ||
      root.querySelector<HTMLElement>('input:checked') ||
      root.querySelector<HTMLElement>('input, .quiet') ||
      root.querySelector<HTMLElement>('fieldset')
    target?.focus({ preventScroll: true })
  }
}
