import { css } from 'lit'

/**
 * All lines and tints come from the page's own text colour, so the element is at home on light and dark.
 * Where a colour mixes in `currentColor`, the element that uses it must carry the page's text colour itself:
 * hence the `span` in the filled button.
 */
export const styles = css`
  :host {
    --accent: var(--live-poll-accent, color-mix(in oklab, #2f62f0 78%, currentColor));
    --radius: var(--live-poll-radius, 10px);
    --line: color-mix(in srgb, currentColor 18%, transparent);
    --muted: color-mix(in srgb, currentColor 78%, transparent);
    --gap: 8px;
    display: block;
    container-type: inline-size;
    contain-intrinsic-inline-size: 24rem;
    min-inline-size: 0;
    line-height: 1.4;
    text-align: start;
    overflow-wrap: anywhere;
    -webkit-tap-highlight-color: transparent;
  }
  :host([hidden]) {
    display: none;
  }
  * {
    box-sizing: border-box;
  }
  fieldset,
  legend,
  ul,
  p {
    margin: 0;
    padding: 0;
    border: 0;
    min-inline-size: 0;
  }
  fieldset:focus {
    outline: none;
  }
  .hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  .poll {
    position: relative;
  }
  .question {
    font-size: 1.25em;
    font-weight: 600;
    line-height: 1.3;
    text-wrap: pretty;
  }
  .status,
  .note,
  .turnout {
    font-size: 0.8125em;
    line-height: 20px;
    min-block-size: 20px;
    color: var(--muted);
  }
  .status {
    margin-block-start: 4px;
  }
  .turnout {
    margin-inline-start: auto;
    font-variant-numeric: tabular-nums;
  }

  ul {
    display: grid;
    gap: var(--gap);
    margin-block: 12px;
    list-style: none;
  }
  .choice {
    position: relative;
    isolation: isolate;
    display: flex;
    align-items: center;
    gap: 12px;
    min-block-size: 44px;
    padding: 8px 12px;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    overflow: hidden;
    transition: border-color 0.16s ease-out;
  }
  .choice:has(:checked),
  .own {
    border-color: var(--accent);
  }
  .choice:has(:focus-visible) {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  .bar {
    position: absolute;
    z-index: -1;
    inset-block: 0;
    inset-inline-start: 0;
    inline-size: calc(var(--share) * 100%);
    background: color-mix(in srgb, var(--accent) 14%, transparent);
    transition:
      inline-size 0.28s ease-out,
      background-color 0.28s ease-out;
  }
  .leading .bar {
    background: color-mix(in srgb, var(--accent) 24%, transparent);
  }
  .name {
    display: flex;
    align-items: flex-start;
    gap: 12px;
    flex: 1;
    min-inline-size: 0;
  }
  label.name {
    cursor: pointer;
  }
  /* The whole row is the label's to press; the figure stays out of its name. */
  label.name::before {
    content: '';
    position: absolute;
    inset: 0;
  }
  .figure {
    display: flex;
    justify-content: flex-end;
    align-items: baseline;
    gap: 8px;
    min-inline-size: 6.5em;
    font-variant-numeric: tabular-nums;
    overflow-wrap: normal;
  }
  .count {
    font-size: 0.8125em;
    color: var(--muted);
  }
  .share {
    min-inline-size: 2.75em;
    text-align: end;
  }
  .leading .share {
    font-weight: 600;
  }

  input,
  .mark {
    flex: none;
    inline-size: 20px;
    block-size: 20px;
    margin: calc((1.4em - 20px) / 2) 0;
  }
  input {
    position: relative;
    appearance: none;
    border: 1.5px solid color-mix(in srgb, currentColor 64%, transparent);
    border-radius: 50%;
    outline: none;
    cursor: inherit;
  }
  [type='checkbox'] {
    border-radius: 6px;
  }
  input:checked {
    border-color: var(--accent);
  }
  input::before {
    content: '';
    position: absolute;
    inset: 3.5px;
    border-radius: inherit;
    background: var(--accent);
    transform: scale(0);
    transition: transform 0.16s ease-out;
  }
  [type='checkbox']::before {
    inset: 3px;
    border-radius: 0;
    clip-path: polygon(12% 48%, 0 60%, 38% 96%, 100% 20%, 87% 9%, 37% 71%);
  }
  input:checked::before {
    transform: none;
  }
  input:disabled {
    opacity: 0.6;
  }
  svg {
    display: block;
    fill: none;
    stroke: var(--accent);
    stroke-width: 2.25;
    stroke-linecap: round;
    stroke-linejoin: round;
  }

  .foot {
    display: flex;
    align-items: center;
    gap: 16px;
    min-block-size: 44px;
  }
  button {
    font: inherit;
    color: inherit;
    min-block-size: 44px;
    padding: 0;
    border: 0;
    border-radius: var(--radius);
    background: none;
    cursor: pointer;
  }
  button:focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  .vote {
    padding: 8px 24px;
    font-weight: 600;
    background: var(--accent);
    transition: opacity 0.16s ease-out;
  }
  .vote span {
    color: #fff;
  }
  /* White or black, whichever WCAG finds more legible on the accent: y is the relative luminance. */
  @supports (color: color(from color-mix(in oklab, red, currentColor) xyz-d65 y y y)) {
    .vote span {
      --white: clamp(0, (0.18 - y) * 9999, 1);
      color: color(from var(--accent) xyz-d65 calc(var(--white) * 0.95) var(--white) calc(var(--white) * 1.09));
    }
  }
  .vote[aria-disabled] {
    opacity: 0.5;
    cursor: default;
  }
  .quiet {
    text-decoration: underline;
    text-decoration-color: color-mix(in srgb, currentColor 40%, transparent);
    text-underline-offset: 4px;
  }
  .note {
    margin-block-start: 4px;
  }
  .message {
    padding: 12px 16px;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    color: var(--muted);
  }

  .loading > div {
    animation: appear 0.2s 0.2s ease-out backwards;
  }
  .loading .choice {
    border-color: transparent;
    background: color-mix(in srgb, currentColor 6%, transparent);
  }
  .blank {
    display: inline-block;
    inline-size: 60%;
    border-radius: 4px;
    line-height: 1;
    background: color-mix(in srgb, currentColor 8%, transparent);
  }
  .status .blank {
    inline-size: 6em;
  }
  @keyframes appear {
    from {
      opacity: 0;
    }
  }

  @media (hover: hover) {
    .choice:has(input:enabled):hover,
    .quiet:hover {
      border-color: color-mix(in srgb, currentColor 48%, transparent);
      text-decoration-color: currentColor;
    }
    .choice:has(:checked):hover {
      border-color: var(--accent);
    }
  }
  @container (inline-size < 26rem) {
    .figure {
      flex-direction: column-reverse;
      align-items: flex-end;
      gap: 0;
      min-inline-size: 3.5em;
      line-height: 1.15;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      animation: none;
      transition: none;
    }
  }
  @media (forced-colors: active) {
    input {
      appearance: auto;
    }
    input::before {
      content: none;
    }
    .choice:has(:checked),
    .own {
      outline: 2px solid Highlight;
    }
    .bar {
      inset-block-start: auto;
      block-size: 4px;
      background: CanvasText;
      forced-color-adjust: none;
    }
    .leading .bar {
      background: Highlight;
    }
    .vote {
      border: 1px solid ButtonText;
    }
    .vote[aria-disabled] {
      color: GrayText;
      opacity: 1;
    }
    svg {
      stroke: CanvasText;
    }
  }
`
