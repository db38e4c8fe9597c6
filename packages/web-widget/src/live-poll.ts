import { type Poll, PollError, type Results, type WatchedPoll } from '@live-poll/client-sdk'
import { html, type TemplateResult } from 'lit/html.js'
import { ballotOf, choose } from './ballot.ts'
import { emit } from './events.ts'
import { createFormats, type Formats } from './formats.ts'
import { styles } from './live-poll.styles.ts'
import { PollController } from './poll-controller.ts'
import { ownServer, resolveServer } from './server-address.ts'
import { english, type LivePollStrings, type StringOverrides } from './strings.ts'
import { TemplateElement } from './template-element.ts'
import { type Draft, errorWords, type View, viewOf } from './view.ts'
import { type Acts, ballotPaper } from './views/ballot-paper.ts'
import { loading } from './views/loading.ts'
import { message } from './views/message.ts'

/** Between two spoken turnouts. Milliseconds. */
const announceEvery = 15_000

const untouched: Draft = { chosen: null, wasTried: false, refusal: null }

/**
 * A live poll: vote, change the vote, watch the bars move.
 *
 * @fires live-poll-vote - The vote is committed. `{ pollId, choices, revision }`
 * @fires live-poll-results - Newer figures are shown. `{ pollId, results }`
 * @fires live-poll-error - A vote was refused, or the poll cannot be shown. `{ pollId, code, message }`
 *
 * @csspart poll - Everything but the footer.
 * @csspart question - The question.
 * @csspart status - The line under it: what to choose, or where the poll stands.
 * @csspart choices - The list of rows.
 * @csspart choice - A row; also `own` with one's vote in it, and `leading`.
 * @csspart bar - The fill behind a row, as wide as its share.
 * @csspart label - The text of a choice.
 * @csspart mark - The place of the tick on one's own vote.
 * @csspart figure - What stands at the end of a row.
 * @csspart count - The votes in it.
 * @csspart share - The percentage in it.
 * @csspart button - Each button; also `vote-button`, `change-button`, `cancel-button`.
 * @csspart turnout - How many took part.
 * @csspart note - The line for what went wrong or is awaited.
 * @csspart message - The words in place of a poll that cannot be shown.
 *
 * @cssproperty --live-poll-accent - The one colour. By default a blue that leans towards the text's colour.
 * @cssproperty --live-poll-radius - Corners of rows and buttons. 10px by default.
 *
 * @slot footer - Your own words under the poll.
 */
export class LivePoll extends TemplateElement {
  static readonly observedAttributes = ['poll', 'server', 'choices']

  /** The server of tags without a `server` attribute. */
  static defaultServer = ownServer

  readonly #live = new PollController((now, before) => {
    if (now) this.#report(now, before)
    this.requestUpdate()
  })
  #draft = untouched
  #words: LivePollStrings = english
  #formats: Formats = createFormats('')
  #language = ''
  #spoken = ''
  #spokenAt = 0
  #hadFocus = false

  constructor() {
    super(styleSheet)
  }

  /** The poll's id. */
  get poll(): string {
    return this.getAttribute('poll') ?? ''
  }
  set poll(id: string | null | undefined) {
    this.#reflect('poll', id)
  }

  /** Where Live Poll is mounted: absolute, or relative to the page. @default the server the script came from */
  get server(): string {
    return this.getAttribute('server') ?? LivePoll.defaultServer
  }
  set server(address: string | null | undefined) {
    this.#reflect('server', address)
  }

  /** How many rows to hold free while loading. @default 3 */
  get choices(): number {
    return Number(this.getAttribute('choices') ?? 3)
  }
  set choices(count: number | null | undefined) {
    this.#reflect('choices', count)
  }

  /** Words in place of the English ones; those left out stay English. */
  get strings(): LivePollStrings {
    return this.#words
  }
  set strings(words: StringOverrides | null | undefined) {
    this.#words = { ...english, ...words }
    this.requestUpdate()
  }

  override connectedCallback(): void {
    takeEarly(this)
    super.connectedCallback()
  }

  disconnectedCallback(): void {
    // One that only moves within the page is back by then.
    queueMicrotask(() => this.isConnected || this.#live.stop())
  }

  protected override willUpdate(): void {
    if (this.#live.follow(resolveServer(this.server, this.baseURI), this.poll)) this.#draft = untouched
    const language = this.closest<HTMLElement>('[lang]')?.lang ?? ''
    if (language !== this.#language) this.#formats = createFormats(language)
    this.#language = language
    this.#hadFocus = this.renderRoot.activeElement !== null
  }

  protected override render(): TemplateResult {
    return html`${this.#body()}<slot name="footer"></slot>
      <p class="hidden" role="status">${this.#spoken}</p>`
  }

  protected override updated(): void {
    if (this.#hadFocus && !this.renderRoot.activeElement) this.#restoreFocus()
  }

  #body(): TemplateResult {
    const words = this.#words
    const { isOffline, watched } = this.#live
    const view = this.#view()
    if (view && this.poll) return ballotPaper(view, words, this.#formats, this.#acts)
    if (!this.poll || watched?.status === 'not-found') return message(words.notFound)
    const error = watched?.error
    if (error && !error.retryable) return message(errorWords(error, words))
    return loading(this.choices, error ? errorWords(error, words) : isOffline ? words.offline : '', words)
  }

  #view(): View | undefined {
    const { watched, isOffline } = this.#live
    return watched?.poll ? viewOf(watched.poll, watched, this.#draft, isOffline) : undefined
  }

  readonly #acts: Acts = {
    choose: (id, isOn) => {
      const view = this.#view()
      if (view) this.#edit({ ...untouched, chosen: choose(view.poll, view.chosen, id, isOn) })
    },
    change: () => this.#edit({ ...untouched, chosen: this.#view()?.chosen ?? null }),
    cancel: () => this.#edit(untouched),
    cast: () => {
      const view = this.#view()
      if (view?.stage !== 'ballot' || view.isLocked) return
      if (view.misfit !== 0) this.#edit({ ...this.#draft, wasTried: true })
      else void this.#cast(view.poll, ballotOf(view.poll, view.chosen))
    },
  }

  #reflect(name: string, value: string | number | null | undefined): void {
    if (value === null || value === undefined) this.removeAttribute(name)
    else this.setAttribute(name, `${value}`)
  }

  #edit(draft: Draft): void {
    this.#draft = draft
    this.requestUpdate()
  }

  async #cast({ id: pollId }: Poll, choices: readonly number[]): Promise<void> {
    this.#edit({ ...untouched, chosen: this.#draft.chosen })
    let draft = untouched
    try {
      const { revision } = await this.#live.vote(choices)
      emit(this, 'live-poll-vote', { pollId, choices, revision })
    } catch (error) {
      const refusal = error instanceof PollError ? error : new PollError('INTERNAL')
      draft = { ...this.#draft, refusal }
      this.#fail(pollId, refusal)
    }
    if (this.poll === pollId) this.#edit(draft)
  }

  #fail(pollId: string, { code, message }: PollError): void {
    emit(this, 'live-poll-error', { pollId, code, message })
  }

  #report({ poll, results, error }: WatchedPoll, before: WatchedPoll | undefined): void {
    if (error && error !== before?.error) this.#fail(this.poll, error)
    if (!poll || !results || results === before?.results) return
    emit(this, 'live-poll-results', { pollId: poll.id, results })
    if (before?.results && Date.now() - this.#spokenAt > announceEvery) this.#announce(poll, results)
  }

  /** Says how it stands, now and then instead of at every tick. */
  #announce({ choices }: Poll, { votes, voters }: Results): void {
    const best = Math.max(...votes)
    const leader = choices[votes.indexOf(best)]?.label
    const share = this.#formats.share(best / voters)
    this.#spokenAt = Date.now()
    this.#spoken = `${this.#words.turnout(voters, this.#formats.count(voters))}. ${leader}: ${share}`
  }

  /** A focused control gave way: the focus goes to what took its place, lest it fall to the start of the page. */
  #restoreFocus(): void {
    const root = this.renderRoot
    const place = root.querySelector<HTMLElement>('input:checked') ?? root.querySelector<HTMLElement>('input, .quiet')
    const target = place ?? root.querySelector<HTMLElement>('fieldset')
    target?.focus({ preventScroll: true })
  }
}

let sheet: CSSStyleSheet | undefined

function styleSheet(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet()
    sheet.replaceSync(styles)
  }
  return sheet
}

/** Properties that the page set before the element was defined hide its own: they are set again. */
function takeEarly(element: LivePoll): void {
  for (const name of ['poll', 'server', 'choices', 'strings'] as const) {
    const early = Object.getOwnPropertyDescriptor(element, name)
    if (!early) continue
    delete (element as Partial<LivePoll>)[name]
    Object.assign(element, { [name]: early.value })
  }
}
