/**
 * All lines and tints come from the page's own text colour, so the element is at home on light and dark.
 * What mixes in currentColor must stand on an element that has the page's text colour itself: hence the span in the
 * filled button, whose own text is black or white, whichever WCAG finds more legible (y is the relative luminance).
 */
export const styles = /* css */ `
  :host {
    --accent: var(--live-poll-accent, color-mix(in oklab, #2f62f0 78%, currentColor));
    /* Against any background that the text stands out from, also where a page's accent is pale. */
    --strong: color-mix(in oklab, var(--accent), currentColor);
    --radius: var(--live-poll-radius, 10px);
    --line: 1px solid color-mix(in srgb, currentColor 18%, transparent);
    --muted: color-mix(in srgb, currentColor 84%, transparent);
    display: block;
    container-type: inline-size;
    contain-intrinsic-inline-size: 24rem;
    min-inline-size: 0;
    line-height: 1.4;
    overflow-wrap: anywhere;
  }
  :host([hidden]) {
    display: none;
  }
  * {
    box-sizing: border-box;
    margin: 0;
    padding: 0;
  }
  fieldset {
    border: 0;
    min-inline-size: 0;
    outline: 0;
  }
  .hidden {
    position: absolute;
    inline-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  .question {
    font-size: 1.25em;
    font-weight: 600;
    line-height: 1.3;
  }
  .status,
  .note,
  .turnout,
  .count {
    font-size: 0.8125em;
    line-height: 20px;
    color: var(--muted);
  }
  .status,
  .note {
    margin-block-start: 4px;
    min-block-size: 20px;
  }
  /* Beside other words, or whole on the next line. */
  .timer {
    display: inline-block;
  }
  [role='status']:not(:empty, :last-child) {
    margin-inline-end: 12px;
  }

  ul {
    display: grid;
    gap: 8px;
    margin-block: 12px;
    list-style: none;
  }
  .choice {
    position: relative;
    isolation: isolate;
    overflow: hidden;
    /* Room for two figures one over the other, so that no row grows when they appear. */
    min-block-size: max(44px, 2em + 12px);
    padding: 4px 12px;
  }
  .choice,
  .message {
    border: var(--line);
  }
  .choice,
  .message,
  .loading .question,
  button {
    border-radius: var(--radius);
  }
  .choice,
  .name,
  .figure,
  .foot {
    display: flex;
    align-items: center;
    gap: 12px;
  }
  .choice:has(:checked),
  .own {
    border-color: var(--strong);
  }
  .choice:has(:focus-visible),
  button:focus-visible {
    outline: 2px solid var(--strong);
    outline-offset: 2px;
  }
  .bar {
    position: absolute;
    z-index: -1;
    inset-block: 0;
    inset-inline-start: 0;
    inline-size: calc(var(--share) * 100%);
    background: var(--accent);
    opacity: 0.14;
    transition: 0.28s ease-out;
  }
  .leading .bar {
    opacity: 0.24;
  }
  .name {
    flex: 1;
    min-inline-size: 0;
    align-items: start;
    padding-block: 4px;
  }
  /* The whole row is the label's to press; the figure stays out of its name. */
  label::before {
    content: '';
    position: absolute;
    inset: 0;
    cursor: pointer;
  }
  input,
  .mark {
    flex: none;
    inline-size: 20px;
    block-size: 1.4em;
    text-align: center;
    outline: 0;
    accent-color: var(--accent);
  }
  input {
    position: relative;
  }
  .mark {
    font-weight: 600;
    color: var(--strong);
  }
  .figure {
    justify-content: end;
    align-items: baseline;
    gap: 8px;
    min-inline-size: 6.5em;
  }
  .figure,
  .turnout,
  .timer {
    font-variant-numeric: tabular-nums;
    text-align: end;
  }
  .share {
    min-inline-size: 2.75em;
  }
  .leading .share,
  .vote {
    font-weight: 600;
  }

  .foot {
    gap: 16px;
    min-block-size: 44px;
  }
  .turnout {
    display: flex;
    /* It breaks into lines before any button does. */
    flex: 0 1e6 auto;
    flex-wrap: wrap;
    justify-content: end;
    column-gap: 12px;
    margin-inline-start: auto;
  }
  :host(live-poll-results) .foot {
    min-block-size: 20px;
  }
  button {
    font: inherit;
    color: inherit;
    min-block-size: 44px;
    border: 0;
    background: none;
    text-decoration: underline 1px var(--muted);
    text-underline-offset: 4px;
    cursor: pointer;
  }
  .quiet {
    line-height: 20px;
    text-align: start;
  }
  .vote {
    padding-inline: 24px;
    border: 1px solid transparent;
    background: var(--accent);
    text-decoration: none;
  }
  .vote span {
    color: #fff;
  }
  @supports (color: color(from color-mix(in oklab, red, currentColor) xyz-d65 y y y)) {
    .vote span {
      --white: clamp(0, (0.18 - y) * 9999, 1);
      color: color(from var(--accent) xyz-d65 calc(var(--white) * 0.95) var(--white) calc(var(--white) * 1.09));
    }
  }
  .vote.blocked {
    background: none;
    border: var(--line);
    cursor: default;
  }
  .blocked span {
    color: var(--muted) !important;
  }
  /* Most answers come sooner than this shows. */
  .locked {
    opacity: 0.6;
    transition: opacity 0.2s 0.3s;
  }
  .message {
    padding: 12px 16px;
  }
  .loading :is(.choice, .question) {
    background: color-mix(in srgb, currentColor 5%, transparent);
    border: 0;
  }

  @container (inline-size < 26rem) {
    .figure {
      flex-direction: column-reverse;
      align-items: end;
      gap: 0;
      min-inline-size: 3.5em;
    }
    .figure,
    .count {
      line-height: 1.1;
    }
    .tall {
      min-block-size: 40px;
    }
  }
  @media (prefers-reduced-motion) {
    .bar {
      transition: none;
    }
  }
  /* Only the names of system colours stay as they are. */
  @media (forced-colors: active) {
    :host {
      --strong: Highlight;
    }
    .bar {
      inset-block-start: auto;
      block-size: 4px;
      background: CanvasText;
      opacity: 1 !important;
    }
    .blocked span {
      color: GrayText !important;
    }
  }
`
