/** A variable of the environment that cannot work. Its message names it, and never repeats a secret. */
export class EnvError extends Error {
  override readonly name = 'EnvError'
  readonly variable: string

  constructor(variable: string, advice: string) {
    super(`${variable} ${advice}`)
    this.variable = variable
  }
}
