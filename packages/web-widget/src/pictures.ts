import { imagePath, imageWidths } from '@live-poll/client-sdk/protocol'
import type { Poll, PollImage } from '@live-poll/client-sdk/voter'
import { pictureStyles } from './pictures.styles.ts'
import { resolveServer } from './server-address.ts'

/** How wide a picture is shown, for the browser to choose one of them by before it lays out the page. */
const sizes = { choice: '(max-width: 30rem) 50vw, 16rem', question: '(max-width: 48rem) 100vw, 48rem' }

/** The tag, as far as it matters here. */
type Tag = Pick<HTMLElement, 'shadowRoot' | 'baseURI'> & { readonly server: string }

interface Shown {
  readonly image: PollImage
  readonly words: string
  readonly element: HTMLElement
}

/** By what they stand in: the row of a choice, or the tag. */
const shown = new WeakMap<HTMLElement, Shown>()

/**
 * Puts the pictures of a poll into a tag that has just been drawn, and takes those away that it has no more. One that stays
 * is not touched, so that it is not loaded again.
 * @param rows by the ids of choices
 */
export function draw(tag: Tag & HTMLElement, poll: Poll, rows: ReadonlyMap<number, HTMLElement>): void {
  const list = tag.shadowRoot?.querySelector('fieldset ul')
  if (!tag.shadowRoot || !list) return
  if (!tag.shadowRoot.adoptedStyleSheets.includes(styleSheet())) tag.shadowRoot.adoptedStyleSheets.push(styleSheet())
  const server = resolveServer(tag.server, tag.baseURI)
  const ofQuestion = pictureIn(tag, server, poll.image, poll.image?.alt ?? '', sizes.question)
  if (ofQuestion && list.previousElementSibling !== ofQuestion) list.before(ofQuestion)
  list.classList.toggle(
    'grid',
    poll.choices.some(({ image }) => image),
  )
  for (const { id, label, image } of poll.choices) {
    const row = rows.get(id)
    if (!row) continue
    // Without a label its words are those of the picture: said as the name of the control, and not twice.
    const picture = pictureIn(row, server, image, label ? (image?.alt ?? '') : '', sizes.choice)
    if (picture && row.firstChild !== picture) row.prepend(picture)
    row.toggleAttribute('data-wordless', Boolean(picture && !label))
  }
}

/** The picture of a row, or of the tag: the element as it was, where it is the same. */
function pictureIn(
  place: HTMLElement,
  server: string,
  image: PollImage | undefined,
  words: string,
  size: string,
): HTMLElement | undefined {
  const known = shown.get(place)
  if (known && image && known.image.id === image.id && known.image.key === image.key && known.words === words) {
    return known.element
  }
  known?.element.remove()
  shown.delete(place)
  if (!image) return undefined
  const element = createPicture(server, image, words, size)
  shown.set(place, { image, words, element })
  return element
}

function createPicture(server: string, image: PollImage, words: string, size: string): HTMLElement {
  const { width, height, placeholder } = image
  const address = (w: number) => server + imagePath(image, w)
  const img = document.createElement('img')
  Object.assign(img, { alt: words, width, height, sizes: size, loading: 'lazy', decoding: 'async' })
  img.setAttribute('part', 'image')
  img.srcset = imageWidths(width)
    .map((w) => `${address(w)} ${w}w`)
    .join()
  img.src = address(640)
  const element = document.createElement('span')
  element.className = 'picture'
  element.setAttribute('part', 'picture')
  element.append(img)
  // Through CSSOM: a strict CSP refuses `style` attributes. Behind the picture, and gone when that is there, or broken.
  const isData = /^data:image\/\w+;base64,[\w+/=]+$/.test(placeholder)
  if (isData) element.style.backgroundImage = `url(${placeholder})`
  const settle = (isBroken: boolean) => () => {
    element.style.backgroundImage = ''
    element.classList.toggle('broken', isBroken)
  }
  img.addEventListener('load', settle(false))
  img.addEventListener('error', settle(true))
  return element
}

let sheet: CSSStyleSheet | undefined

function styleSheet(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet()
    sheet.replaceSync(pictureStyles)
  }
  return sheet
}
