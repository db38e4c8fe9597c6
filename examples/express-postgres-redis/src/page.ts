import type { Poll } from '@live-poll/server-sdk'
import type { User } from './users.ts'

/** The newest poll, and what this user may do. */
export function createPage(user: User | undefined, poll: Poll | undefined): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>Live Poll in Express</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/page.css" />
    <script type="module" src="/live-poll/widget.js"></script>
    <script type="module" src="/page.js"></script>
  </head>
  <body>
    <h1>Live Poll in Express</h1>
    ${user ? `<p>Signed in as ${user.name}, ${user.role}.</p>` : signIn}
    ${poll ? `<live-poll poll="${poll.id}" choices="${poll.choices.length}"></live-poll>` : '<p>There is no poll yet.</p>'}
    ${user?.role === 'editor' ? ask : ''}
  </body>
</html>
`
}

const signIn = `<form method="post" action="/sign-in">
      <p>Sign in as
        <button name="name" value="Ada">Ada</button>, an editor, or as
        <button name="name" value="Bob">Bob</button>, a reader.</p>
    </form>`

const ask = `<h2>Ask your own</h2>
    <form id="ask">
      <p><label>Question <input name="question" required /></label></p>
      <p><label>Choices, one a line <textarea name="choices" rows="4" required></textarea></label></p>
      <p><button>Ask</button> <span role="status"></span></p>
    </form>`
