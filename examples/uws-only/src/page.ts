import type { Poll } from '@live-poll/server-sdk'

/** A page of the app, with a poll in it. */
export function createPage({ id, choices }: Poll): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>Live Poll on uWebSockets.js</title>
    <link rel="icon" href="data:," />
    <style>
      body {
        max-inline-size: 40rem;
        margin-inline: auto;
        padding: 24px;
        font:
          1rem / 1.5 system-ui,
          sans-serif;
      }
    </style>
    <script type="module" src="/live-poll/widget.js"></script>
  </head>
  <body>
    <h1>Live Poll on uWebSockets.js</h1>
    <live-poll poll="${id}" choices="${choices.length}"></live-poll>
  </body>
</html>
`
}
