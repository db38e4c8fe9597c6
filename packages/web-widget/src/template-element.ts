import { render, type TemplateResult } from 'lit/html.js'

/** On a server there are no elements: there this module can be imported, and nothing more. */
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement)

/**
 * A custom element drawn with Lit's templates, once for however many changes: the part of LitElement that this package
 * needs, under the same names. The whole would be 2.5 of the 15 kB (gzip) that a page pays for the tag.
 */
export abstract class TemplateElement extends Base {
  readonly renderRoot: ShadowRoot
  #isDue = false

  /** @param createSheet Its answer is adopted, not written into the tree: a strict CSP refuses style elements. */
  constructor(createSheet: () => CSSStyleSheet) {
    super()
    this.renderRoot = this.attachShadow({ mode: 'open' })
    this.renderRoot.adoptedStyleSheets = [createSheet()]
  }

  connectedCallback(): void {
    this.requestUpdate()
  }

  attributeChangedCallback(): void {
    this.requestUpdate()
  }

  /** Draws the element before the browser does, if it is in a document by then; otherwise as soon as it is. */
  requestUpdate(): void {
    if (this.#isDue) return
    this.#isDue = true
    queueMicrotask(() => {
      this.#isDue = false
      if (this.isConnected) this.#update()
    })
  }

  protected abstract willUpdate(): void
  protected abstract render(): TemplateResult
  protected abstract updated(): void

  #update(): void {
    this.willUpdate()
    render(this.render(), this.renderRoot)
    this.updated()
  }
}
