import type { Poll, Results, WatchedPoll } from '@live-poll/client-sdk/voter'
import { html, type TemplateResult } from 'lit/html.js'
import { emit } from './events.ts'
import { createFormats, type Formats } from './formats.ts'
import { styles } from './live-poll.styles.ts'
import { PollController, refreshAll } from './poll-controller.ts'
import { ownServer, resolveServer } from './server-address.ts'
import { commonWords, type LivePollStrings, type StringOverrides } from './strings.ts'
import { TemplateElement } from './template-element.ts'
import { errorWords, isRemarkable, type Remarks, type Surroundings, type View } from './view.ts'
import { ballotPaper } from './views/ballot-paper.ts'
import { loading } from './views/loading.ts'
import { message } from './views/message.ts'
import type { Acts } from './views/setting.ts'

/** Between two spoken turnouts. Milliseconds. */
const announceEvery = 15_000

/** Undefined until a poll has pictures and what draws them has come; does nothing where that cannot be loaded. */
let drawPictures: typeof import('./pictures.ts').draw | undefined

/** One poll of one server on screen: what `<live-poll>` and `<live-poll-results>` share. */
export abstract class PollElement extends TemplateElement {
  static readonly observedAttributes = ['poll', 'server', 'choices', 'presence', 'storage', 'invitation']

  /** The server of tags without a `server` attribute. */
  static defaultServer = ownServer

  protected readonly live = new PollController((now, before) => {
    if (now) this.#report(now, before)
    this.requestUpdate()
  })
  #overrides: StringOverrides | null | undefined
  #remarks: Remarks | null | undefined
  #asking: Promise<void> | undefined
  #formats: Formats = createFormats('')
  readonly #rows = new Map<number, HTMLLIElement>()
  #language = ''
  #spoken = ''
  #spokenAt = 0
  #timer: ReturnType<typeof setTimeout> | undefined

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
    return this.getAttribute('server') ?? PollElement.defaultServer
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

  /** Whether to show how many watch the poll, where its results are shown. @default false */
  get presence(): boolean {
    return this.hasAttribute('presence')
  }
  set presence(isShown: boolean | null | undefined) {
    this.#reflect('presence', isShown ? '' : null)
  }

  /** Where the voter's token is kept between visits: `local`, `session` or `none`. @default local */
  get storage(): string {
    return this.getAttribute('storage') ?? 'local'
  }
  set storage(kind: string | null | undefined) {
    this.#reflect('storage', kind)
  }

  /** The code of an invitation with which to see the poll and to vote. */
  get invitation(): string {
    return this.getAttribute('invitation') ?? ''
  }
  set invitation(code: string | null | undefined) {
    this.#reflect('invitation', code)
  }

  /** Call it when somebody signed in or out and the page stays: all tags go on as whoever is signed in now. */
  refresh(): void {
    refreshAll()
  }

  /** Words in place of the English ones; those left out stay English. What is said of few polls is here once it is needed. */
  get strings(): LivePollStrings {
    return { ...commonWords, ...this.#remarks?.remarkWords, ...this.#overrides } as LivePollStrings
  }
  set strings(words: StringOverrides | null | undefined) {
    this.#overrides = words
    this.requestUpdate()
  }

  override connectedCallback(): void {
    takeEarly(this)
    super.connectedCallback()
  }

  disconnectedCallback(): void {
    // One that only moves within the page is back by then.
    queueMicrotask(() => {
      if (this.isConnected) return
      this.live.stop()
      clearTimeout(this.#timer)
    })
  }

  /** Draws the poll from what is watched. */
  protected abstract viewOf(poll: Poll, watched: WatchedPoll, surroundings: Surroundings): View
  protected abstract readonly acts: Acts | null
  /** What stands under the poll while the visitor has to show something. */
  form: HTMLElement | undefined
  /** Another poll than before is watched from now on. */
  protected onAnother(): void {}
  protected onNews(_now: WatchedPoll, _before: WatchedPoll): void {}

  protected get view(): View | undefined {
    const { watched, isOffline } = this.live
    return watched?.poll ? this.viewOf(watched.poll, watched, { isOffline, hasPresence: this.presence }) : undefined
  }

  protected override willUpdate(): void {
    const { storage, invitation } = this
    if (this.live.follow({ server: resolveServer(this.server, this.baseURI), storage, invitation }, this.poll)) {
      this.#rows.clear()
      this.onAnother()
    }
    const language = this.closest<HTMLElement>('[lang]')?.lang ?? ''
    if (language !== this.#language) this.#formats = createFormats(language)
    this.#language = language
  }

  protected override render(): TemplateResult {
    return html`${this.#body()}${this.form}<slot name="footer"></slot>
      <p class="hidden" role="status">${this.#spoken}</p>`
  }

  /** Draws again when the words for the time left change, and with what is said of few polls when it has come. */
  protected override updated(): void {
    clearTimeout(this.#timer)
    const { view } = this
    if (!view) return
    drawPictures?.(this, view.poll, this.#rows)
    const wait = view.left && this.#remarks?.nextTick(view.left)
    if (wait) this.#timer = setTimeout(() => this.requestUpdate(), wait)
    if (isRemarkable(view, this.strings)) {
      // Once: some browsers never fetch again what failed, and the others would at every update.
      this.#asking ??= import('./remarks.ts')
        .catch(() => null)
        .then((remarks) => {
          this.#remarks = remarks
          this.requestUpdate()
        })
    }
  }

  #body(): TemplateResult {
    const words = this.strings
    const { isOffline, watched } = this.live
    const view = this.view
    // With its pictures from the first, where it has some: what is below is not to move.
    if (view && this.poll && (this.#hasPictures(view.poll) || this.#rows.size)) {
      return ballotPaper(view, {
        words,
        formats: this.#formats,
        remarks: this.#remarks,
        acts: this.acts,
        rows: this.#rows,
      })
    }
    if (!this.poll || watched?.status === 'not-found') return message(words.notFound)
    const error = watched?.error
    if (error && !error.retryable) return message(errorWords(error, words))
    return loading(this.choices, error ? errorWords(error, words) : isOffline ? words.offline : '', words)
  }

  /** Whether what draws the pictures of a poll is there, or it has none. */
  #hasPictures({ image, choices }: Poll): boolean {
    if (drawPictures || !(image ?? choices.some((choice) => choice.image))) return true
    import('./pictures.ts')
      .catch(() => null)
      .then((pictures) => {
        drawPictures = pictures?.draw ?? (() => {})
        this.requestUpdate()
      })
    return false
  }

  #reflect(name: string, value: string | number | null | undefined): void {
    if (value === null || value === undefined) this.removeAttribute(name)
    else this.setAttribute(name, `${value}`)
  }

  #report(now: WatchedPoll, before: WatchedPoll | undefined): void {
    const { poll, results, error } = now
    if (before) this.onNews(now, before)
    if (error && error !== before?.error) {
      emit(this, 'live-poll-error', { pollId: this.poll, code: error.code, message: error.message })
    }
    if (before?.results && !results) this.#spoken = '' // hidden by now
    if (poll?.state === 'open' && before?.poll?.state === 'scheduled') this.#say(this.strings.open)
    if (!poll || !results || results === before?.results) return
    emit(this, 'live-poll-results', { pollId: poll.id, results })
    if (before?.results && Date.now() - this.#spokenAt > announceEvery) this.#say(this.#summary(poll, results))
  }

  #say(text: string): void {
    this.#spoken = text
    this.#spokenAt = Date.now()
  }

  /** How it stands, to be said now and then instead of at every tick. */
  #summary({ choices }: Poll, { votes, voters }: Results): string {
    const turnout = this.strings.turnout(voters, this.#formats.count(voters))
    if (!voters) return turnout
    const best = Math.max(...votes)
    return `${turnout}. ${choices[votes.indexOf(best)]?.label}: ${this.#formats.share(best / voters)}`
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
function takeEarly(element: PollElement): void {
  const own = element as unknown as Record<string, unknown>
  for (const name of [...PollElement.observedAttributes, 'strings']) {
    if (!Object.hasOwn(own, name)) continue
    const early = own[name]
    delete own[name]
    own[name] = early
  }
}
