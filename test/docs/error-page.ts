import { type ErrorBody, type ErrorCode, errors } from '@live-poll/client-sdk/protocol'
import { type DocumentedRoute, errorsOf } from '../../packages/server-sdk/src/http/openapi/errors-of.ts'
import { operations } from '../../packages/server-sdk/src/http/openapi/operations.ts'
import { errorTexts } from './error-texts.ts'

/** The page of a code, in Markdown: from the table of errors, the words of `error-texts.ts` and the OpenAPI document. */
export function errorPage(code: ErrorCode, routes: readonly DocumentedRoute[]): string {
  const { status, retryable, message } = errors[code]
  const { when, whatToDo, details, message: own = message } = errorTexts[code]
  const body: ErrorBody = { error: { code, message: own, ...details, requestId: 'yQ3kT0aZp1Lw' } }
  return `# ${code}

${message}

| HTTP status | the same request may be sent again, unchanged |
|---|---|
| ${status} | ${retryable ? 'yes' : 'no'} |

## When it comes

${when}

## What to do

${whatToDo}

## Example

\`\`\`json
${JSON.stringify(body, null, 2)}
\`\`\`

## Routes

${routesOf(code, routes)}

[All codes](README.md)
`
}

/** The list of all codes, in the order of the table. */
export function errorIndex(): string {
  const rows = (Object.keys(errors) as ErrorCode[]).map((code) => {
    const { status, retryable, message } = errors[code]
    return `| [\`${code}\`](${code}.md) | ${status} | ${retryable ? 'yes' : 'no'} | ${message} |`
  })
  return `# Error codes

One table for HTTP, the channel and the client. Codes are stable: later versions add, and never rename; treat one that you do not know by its HTTP status.

| code | status | send again | |
|---|---|---|---|
${rows.join('\n')}
`
}

function routesOf(code: ErrorCode, routes: readonly DocumentedRoute[]): string {
  const named = routes.filter((route) => {
    const operation = operations[`${route.method} ${route.path}`]
    return operation && errorsOf(route, operation).includes(code)
  })
  if (named.length === 0) return 'Every path.'
  if (named.length > routes.length / 2) return `${named.length} of ${routes.length} routes: see \`openapi.json\`.`
  return named.map(({ method, path }) => `- \`${method} ${path}\``).join('\n')
}
