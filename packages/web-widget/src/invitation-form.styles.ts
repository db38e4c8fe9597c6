/** Under the sheet of the poll, whose names these rules use. */
export const invitationStyles = /* css */ `
  .invitation {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
    margin-block-start: 8px;
    padding-block-start: 12px;
    border-block-start: var(--line);
  }
  .invitation label {
    inline-size: 100%;
    font-size: 0.8125em;
    line-height: 20px;
    color: var(--muted);
  }
  .invitation label::before {
    content: none;
  }
  .invitation input {
    flex: 1 1 12rem;
    min-inline-size: 0;
    inline-size: auto;
    block-size: 44px;
    padding-inline: 12px;
    border: 1px solid color-mix(in srgb, currentColor 55%, transparent);
    border-radius: var(--radius);
    background: none;
    font: inherit;
    color: inherit;
    text-align: start;
  }
  .invitation input:focus-visible {
    outline: 2px solid var(--strong);
    outline-offset: 2px;
  }
  .invitation [aria-invalid='true'] {
    border-color: var(--strong);
  }
  .invitation button {
    padding-inline: 16px;
    border: var(--line);
    text-decoration: none;
  }
  .remark {
    inline-size: 100%;
    min-block-size: 20px;
    font-size: 0.8125em;
    line-height: 20px;
    color: var(--muted);
  }
`
