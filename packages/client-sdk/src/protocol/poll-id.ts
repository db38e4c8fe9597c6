// The length is that of `limits.pollIdLength`, written out: so a browser, which needs only this, does not carry them all.
const pollIdPattern = /^[\w-]{1,64}$/

/** Whether it can be the id of a poll: 1 to 64 of `A-Z a-z 0-9 _ -`. */
export function isPollId(value: unknown): value is string {
  return typeof value === 'string' && pollIdPattern.test(value)
}
