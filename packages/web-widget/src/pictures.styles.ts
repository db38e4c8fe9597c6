/** Pictures have the shape that the page says, whatever their own: rows stay in line, and nothing moves when they come. */
export const pictureStyles = /* css */ `
  .grid {
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 9.5rem), 1fr));
  }
  .grid .choice {
    flex-direction: column;
    align-items: stretch;
    gap: 0;
    padding: 0 12px 8px;
  }
  .picture {
    display: block;
    overflow: hidden;
    margin-block: 12px;
    aspect-ratio: var(--live-poll-picture, 4 / 3);
    border-radius: var(--radius);
    background: color-mix(in srgb, currentColor 8%, transparent) center / cover;
  }
  fieldset > .picture {
    max-block-size: 20rem;
  }
  .grid .picture {
    margin: 0 -12px 4px;
    border-radius: 0;
  }
  img {
    display: block;
    inline-size: 100%;
    block-size: 100%;
    object-fit: contain;
  }
  .grid img {
    object-fit: cover;
  }
  /* Unless its picture is broken, words that say what it shows are for those who do not see it. */
  [data-wordless]:not(:has(.broken)) [part='label'] {
    position: absolute;
    inline-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  [data-wordless] .broken img {
    visibility: hidden;
  }
`
