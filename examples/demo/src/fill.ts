/** Puts values in the places of a template, as `{{name}}`. They are put in as they are: nothing a visitor wrote. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`The page asks for {{${name}}}, which nobody gives.`)
    return value
  })
}
