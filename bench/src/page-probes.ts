// These run inside the page: each must stand alone. Times are milliseconds since 1970, by the one clock of the browser.

/** Ticks a choice, by its place, and presses Vote as a person would. @returns when Vote was pressed */
export async function castVote(choice: number): Promise<number> {
  const element = document.querySelector('live-poll')
  const root = element?.shadowRoot
  if (!element || !root) throw new Error('There is no tag on this page.')
  const press = (selector: string) => root.querySelector<HTMLElement>(selector)?.click()
  const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve))
  press('[part~="change-button"]')
  await nextFrame()
  root.querySelectorAll<HTMLInputElement>('input')[choice]?.click()
  await nextFrame()
  const answered = new Promise((resolve) => element.addEventListener('live-poll-vote', resolve, { once: true }))
  const pressed = Date.now()
  press('[part~="vote-button"]')
  await answered
  return pressed
}

/** @returns when the bar of a choice without votes, by its place, has got one, in a frame about to be drawn */
export function waitForBar(choice: number): Promise<number> {
  const bar = () =>
    document.querySelector('live-poll')?.shadowRoot?.querySelectorAll<HTMLElement>('[part="bar"]')[choice]
  const hasMoved = () => Number(bar()?.style.getPropertyValue('--share')) > 0
  return new Promise((resolve) => {
    const look = () => {
      if (hasMoved()) resolve(Date.now())
      else requestAnimationFrame(look)
    }
    look()
  })
}
