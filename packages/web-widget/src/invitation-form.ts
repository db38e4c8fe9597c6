import type { ErrorCode, PollError, WatchedPoll } from '@live-poll/client-sdk/voter'
import { invitationStyles } from './invitation-form.styles.ts'
import type { PollElement } from './poll-element.ts'
import { resolveServer } from './server-address.ts'

/** A form under a poll, for the code of an invitation. */
interface Form {
  readonly element: HTMLFormElement
  readonly label: HTMLLabelElement
  readonly input: HTMLInputElement
  readonly button: HTMLButtonElement
  readonly note: HTMLParagraphElement
}

const forms = new WeakMap<PollElement, Form>()
/** Those whose page's address was looked at: the visitor may enter another code. */
const looked = new WeakSet<PollElement>()

/**
 * Has a tag take the invitation of its page's address, once; or shows a form where the poll needs one that is missing or
 * was refused.
 * @param forget Takes back the word that a vote was refused.
 * @returns whether the tag is to be drawn again, with another `form`
 */
export function attend(
  tag: PollElement,
  watched: WatchedPoll | undefined,
  refusal: PollError | null,
  forget: () => void,
): boolean {
  const code = looked.has(tag) || tag.invitation ? '' : codeIn(tag.baseURI)
  looked.add(tag)
  if (code) {
    tag.invitation = code
    return false
  }
  const { poll, vote } = watched ?? {}
  const isRefused = refusal?.code.startsWith('INVITATION')
  const isDue = poll && poll.state !== 'closed' && !vote?.choices && (isRefused || !tag.invitation)
  const form = isDue ? (forms.get(tag) ?? createForm(tag, forget)) : undefined
  if (form) write(form, tag)
  const isAnother = tag.form !== form?.element
  tag.form = form?.element
  return isAnother
}

/** `?invitation=` or `#invitation=` of an address. */
function codeIn(address: string): string {
  const { search, hash } = new URL(address)
  const said = (text: string) => new URLSearchParams(text.slice(1)).get('invitation')
  return said(search) || said(hash) || ''
}

function createForm(tag: PollElement, forget: () => void): Form {
  const make = <Name extends 'form' | 'label' | 'input' | 'button' | 'p'>(name: Name, part: string) => {
    const element = document.createElement(name)
    if (part) element.setAttribute('part', part)
    return element
  }
  const form: Form = {
    element: make('form', 'invitation'),
    label: make('label', ''),
    input: make('input', 'invitation-input'),
    button: make('button', 'button invitation-button'),
    note: make('p', ''),
  }
  const { element, label, input, button, note } = form
  element.className = 'invitation'
  label.htmlFor = input.id = 'invitation'
  Object.assign(input, { autocomplete: 'one-time-code', spellcheck: false, autocapitalize: 'off', required: true })
  input.dir = 'ltr'
  input.maxLength = 64
  note.className = 'remark'
  note.id = 'invitation-note'
  note.setAttribute('role', 'status')
  input.setAttribute('aria-describedby', note.id)
  element.append(label, input, button, note)
  element.noValidate = true
  element.addEventListener('submit', (event) => {
    event.preventDefault()
    void use(tag, form, forget)
  })
  tag.shadowRoot?.adoptedStyleSheets.push(styleSheet())
  forms.set(tag, form)
  return form
}

function write({ label, button }: Form, { strings }: PollElement): void {
  label.textContent = strings.invitation ?? 'Invitation code'
  button.textContent = strings.useInvitation ?? 'Use code'
}

/** Shows the code to the server, which says whether it is good, before the tag goes on with it. */
async function use(tag: PollElement, { input, note }: Form, forget: () => void): Promise<void> {
  const invitation = input.value.trim()
  if (!invitation) return input.focus()
  const { code, message } = await check(resolveServer(tag.server, tag.baseURI), invitation)
  const words = document.createElement('span')
  words.dir = 'auto'
  words.textContent = code ? (tag.strings.errors[code] ?? message) : ''
  note.replaceChildren(words)
  input.setAttribute('aria-invalid', `${Boolean(code)}`)
  if (code) return input.focus()
  input.value = ''
  forget()
  tag.invitation = invitation
}

interface Verdict {
  /** Undefined where the code is good. */
  readonly code?: ErrorCode
  readonly message: string
}

async function check(server: string, invitation: string): Promise<Verdict> {
  try {
    const response = await fetch(`${server}/voters`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'live-poll-client': '1' },
      credentials: 'include',
      body: JSON.stringify({ invitation, isKnown: true }),
    })
    const { error } = await response.json()
    return error ?? { message: '' }
  } catch {
    return { code: 'UNAVAILABLE', message: 'UNAVAILABLE' }
  }
}

let sheet: CSSStyleSheet | undefined

function styleSheet(): CSSStyleSheet {
  sheet ??= new CSSStyleSheet()
  sheet.replaceSync(invitationStyles)
  return sheet
}
