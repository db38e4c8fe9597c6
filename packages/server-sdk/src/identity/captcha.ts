import type { Logger } from '../ports/logger.ts'

/** How the answer to a page's captcha is checked. */
export interface CaptchaOptions {
  /**
   * Asks the captcha's service whether a page's answer is a solved one. Called once an answer.
   * @example verify: (response) => turnstile.verify(response)
   */
  readonly verify: (response: string) => boolean | Promise<boolean>
  /** What an answer is worth where `verify` throws, or takes too long. @default 'failClosed' */
  readonly whenUnreachable?: 'failClosed' | 'failOpen'
  /** Milliseconds for `verify`. @default 3000 */
  readonly timeout?: number
}

/** Whether an answer counts as solved. Never throws. */
export type CheckCaptcha = (response: string) => Promise<boolean>

export function createCheckCaptcha(options: CaptchaOptions, logger: Logger): CheckCaptcha {
  const { verify, whenUnreachable = 'failClosed', timeout = 3000 } = options
  return async (response) => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`captcha.verify took longer than ${timeout} ms.`)), timeout)
    })
    try {
      return (await Promise.race([Promise.resolve(response).then(verify), late])) === true
    } catch (error) {
      logger.warn(`A captcha could not be checked: ${whenUnreachable}.`, error)
      return whenUnreachable === 'failOpen'
    } finally {
      clearTimeout(timer)
    }
  }
}
