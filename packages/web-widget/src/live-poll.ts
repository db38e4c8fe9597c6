import { type Poll, PollError, type WatchedPoll } from '@live-poll/client-sdk'
import { html, isServer, LitElement, type PropertyValues, type TemplateResult } from 'lit'
import { createAnnouncer } from './announcer.ts'
import { ballotOf, choose } from './ballot.ts'
import { emit } from './events.ts'
import { createFormats, type Formats } from './figures.ts'
import { styles } from './live-poll.styles.ts'
import { errorWords, noteOf } from './note.ts'
import { PollController } from './poll-controller.ts'
import { ownServer, resolveServer } from './server-address.ts'
import { english, type LivePollStrings, type StringOverrides } from './strings.ts'
import { type View, viewOf } from './view.ts'
import { type Acts, ballotPaper } from './views/ballot-paper.ts'
import { loading } from './views/loading.ts'
import { message } from './views/message.ts'

/** Between two spoken turnouts. Milliseconds. */
const announceEvery = 15_000

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
 * @csspart figure - Count and share at the end of a row; `count` and `share` in it.
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
export class LivePoll extends LitElement {
  static override styles = styles
  static override properties = {
    poll: {},
    server: {},
    choices: { type: Number },
    strings: { attribute: false },
    selection: { state: true },
    casting: { state: true },
    attempted: { state: true },
    failure: { state: true },
    spoken: { state: true },
  }

  /** The server of tags without a `server` attribute. */
  static defaultServer = ownServer

  /** The poll's id. */
  declare poll: string
  /** Where Live Poll is mounted, relative to the page or absolute. @default the server the script came from */
  declare server: string | undefined
  /** How many rows to hold free while loading. @default 3 */
  declare choices: number
  /** Words to use in place of the English ones. */
  declare strings: StringOverrides | undefined

  private declare selection: ReadonlySet<number> | null
  private declare casting: boolean
  private declare attempted: boolean
  private declare failure: PollError | null
  private declare spoken: string

  readonly #live = new PollController(this, (now, before) => this.#report(now, before))
  readonly #announcer = createAnnouncer((text) => {
    this.spoken = text
  }, announceEvery)
  readonly #acts: Acts = {
    choose: (id, on) => this.#choose(id, on),
    cast: () => this.#cast(),
    change: () => this.#open(new Set(this.#live.watched.vote?.choices)),
    cancel: () => this.#open(null),
  }
  #words: LivePollStrings = english
  #formats: Formats | undefined
  #language: string | undefined
  #hadFocus = false

  constructor() {
    super()
    this.poll = ''
    this.choices = 3
    this.#open(null)
    this.casting = false
    this.spoken = ''
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#announcer.stop()
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('strings')) {
      this.#words = { ...english, ...this.strings, errors: { ...english.errors, ...this.strings?.errors } }
    }
    if (changed.has('poll') || changed.has('server')) {
      this.#open(null)
      this.casting = false
      this.#announcer.stop()
      if (!isServer) this.#live.follow(resolveServer(this.server ?? LivePoll.defaultServer, this.baseURI), this.poll)
    }
    this.#hadFocus = Boolean(this.shadowRoot?.activeElement)
  }

  protected override render(): TemplateResult {
    return html`${this.#body()}<slot name="footer"></slot><p class="hidden" role="status">${this.spoken}</p>`
  }

  protected override updated(): void {
    if (this.#hadFocus && !this.shadowRoot?.activeElement) this.#restoreFocus()
  }

  #body(): TemplateResult {
    const words = this.#words
    const { poll, status, error } = this.#live.watched
    if (!this.poll) return message(words.unnamed)
    if (status === 'not-found') return message(words.notFound)
    if (!poll && error) return message(errorWords(error, words))
    if (!poll) return loading(this.choices, this.#live.offline ? words.offline : '', words)
    const view = this.#view(poll)
    const formats = this.#formatsHere()
    const note = noteOf(view, this.#live.offline, this.failure ?? error, this.attempted, words, formats)
    return ballotPaper(view, note, words, formats, this.#acts)
  }

  #view(poll: Poll): View {
    return viewOf(poll, this.#live.watched, this.selection, this.casting)
  }

  #formatsHere(): Formats {
    const nearest = this.closest<HTMLElement>('[lang]')
    const language = nearest?.lang || document.documentElement.lang
    if (!this.#formats || language !== this.#language) this.#formats = createFormats(language)
    this.#language = language
    return this.#formats
  }

  #open(selection: ReadonlySet<number> | null): void {
    this.selection = selection
    this.attempted = false
    this.failure = null
  }

  #choose(id: number, on: boolean): void {
    const { poll } = this.#live.watched
    if (!poll) return
    this.selection = choose(poll, this.#view(poll).chosen, id, on)
    this.failure = null
  }

  async #cast(): Promise<void> {
    const { poll } = this.#live.watched
    if (!poll) return
    const { stage, locked, problem, chosen } = this.#view(poll)
    if (stage !== 'ballot' || locked) return
    this.attempted = true
    this.failure = null
    if (problem) return
    const choices = ballotOf(poll, chosen)
    this.casting = true
    try {
      const { revision } = await this.#live.vote(choices)
      if (this.poll === poll.id) this.#open(null)
      emit(this, 'live-poll-vote', { pollId: poll.id, choices, revision })
    } catch (cause) {
      const failure = cause instanceof PollError ? cause : new PollError('INTERNAL')
      if (this.poll === poll.id) this.failure = failure
      emit(this, 'live-poll-error', { pollId: poll.id, code: failure.code, message: failure.message })
    } finally {
      if (this.poll === poll.id) this.casting = false
    }
  }

  #report(now: WatchedPoll, before: WatchedPoll): void {
    const pollId = this.poll
    const { poll, results, error } = now
    if (error && error !== before.error) emit(this, 'live-poll-error', { pollId, code: error.code, message: error.message })
    if (!poll || !results || results === before.results) return
    emit(this, 'live-poll-results', { pollId, results })
    if (before.results && before.results.voters !== results.voters) this.#announce(poll)
  }

  #announce(poll: Poll): void {
    const { figures, voters } = this.#view(poll)
    const leader = figures?.findIndex((figure) => figure.leading) ?? -1
    const figure = figures?.[leader]
    const choice = poll.choices[leader]
    if (!figure || !choice || voters === null) return
    const formats = this.#formatsHere()
    const turnout = this.#words.turnout(voters, formats.count(voters))
    this.#announcer.say(this.#words.progress(turnout, choice.label, formats.share(figure.share)))
  }

  /** The focused control gave way to another: the focus goes to what took its place, for it must not fall to the page's start. */
  #restoreFocus(): void {
    const root = this.renderRoot
    const next = root.querySelector<HTMLElement>('input:checked') ?? root.querySelector<HTMLElement>('input, .quiet')
    const target = next ?? root.querySelector<HTMLElement>('fieldset')
    target?.focus({ preventScroll: true })
  }
}
